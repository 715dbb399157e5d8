import { expect, test } from 'vitest';
import { EINVAL, EMFILE, ENOMEM, ENOSYS, EPERM } from '../../sockets/errno.ts';
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
  [
    'one that lacks what came with 6.1',
    { errno: EINVAL, kernel: '6.0.19', disabled: undefined },
    'needs Linux 6.1 or later',
  ],
  ['one that was built without it', { errno: ENOSYS, kernel, disabled: undefined }, 'has no io_uring'],
  ['off for all', { errno: EPERM, kernel, disabled: '2' }, 'sysctl kernel.io_uring_disabled=0'],
  ['off for most', { errno: EPERM, kernel, disabled: '1' }, 'kernel.io_uring_group'],
  ['on, but forbidden', { errno: EPERM, kernel, disabled: '0' }, 'seccomp=unconfined'],
  [
    'forbidden, before there was a switch',
    { errno: EPERM, kernel: '6.1.0', disabled: undefined },
    'seccomp=unconfined',
  ],
  ['too little memory', { errno: ENOMEM, kernel, disabled: '0' }, 'ulimit -l'],
  ['anything else', { errno: EMFILE, kernel, disabled: '0' }, 'EMFILE'],
  ['a recent kernel that finds fault', { errno: EINVAL, kernel, disabled: '0' }, 'EINVAL'],
])('says what to do: %s', (_, refusal, advice) => {
  expect(explainRefusal(refusal)).toContain(advice);
});

test.skipIf(whyMissing('uring'))('where nothing is said against it there is a ring', () => {
  new Uring(1).close();
});
