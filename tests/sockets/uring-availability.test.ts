import { expect, test } from 'vitest';
import { EINVAL, EMFILE, ENOMEM, ENOSYS, EPERM } from '../../sockets/errors/errno.ts';
import { explainRefusal } from '../../sockets/uring/availability.ts';
import { Uring } from '../../sockets/uring/uring.ts';
import { whyMissing } from '../requirements.ts';

const kernel = '6.12.3';

test.each([
  [
    'a kernel before io_uring',
    { errno: ENOSYS, kernel: '4.19.0-27-amd64', disabled: undefined },
    'needs Linux 6.1 or later; this is 4.19.0-27-amd64',
  ],
  ['a kernel before 6.1', { errno: EINVAL, kernel: '6.0.19', disabled: undefined }, 'needs Linux 6.1 or later'],
  ['a kernel built without io_uring', { errno: ENOSYS, kernel, disabled: undefined }, 'has no io_uring'],
  ['io_uring is disabled for all users', { errno: EPERM, kernel, disabled: '2' }, 'sysctl kernel.io_uring_disabled=0'],
  ['io_uring is disabled for most users', { errno: EPERM, kernel, disabled: '1' }, 'kernel.io_uring_group'],
  ['io_uring is enabled, but forbidden', { errno: EPERM, kernel, disabled: '0' }, 'seccomp=unconfined'],
  [
    'io_uring is forbidden, on a kernel without the sysctl',
    { errno: EPERM, kernel: '6.1.0', disabled: undefined },
    'seccomp=unconfined',
  ],
  ['too little memory', { errno: ENOMEM, kernel, disabled: '0' }, 'ulimit -l'],
  ['any other errno', { errno: EMFILE, kernel, disabled: '0' }, 'EMFILE'],
  ['EINVAL on a recent kernel', { errno: EINVAL, kernel, disabled: '0' }, 'EINVAL'],
])('explains a refusal: %s', (_, refusal, advice) => {
  expect(explainRefusal(refusal)).toContain(advice);
});

test.skipIf(whyMissing('uring'))('a ring can be made where io_uring is available', () => {
  new Uring(1).close();
});
