import { afterAll, expect, test, vi } from 'vitest';
import { EPERM, SystemError } from '../../sockets/errors/errno.ts';
import { whyNoUring } from '../../sockets/uring/availability.ts';
import { whyMissing } from '../requirements.ts';

const refusal = vi.hoisted((): { error: unknown } => ({ error: undefined }));

// Pure test files share loaded modules. Modules that contain a mock must not be shared, so they are reset.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());
vi.mock('../../sockets/uring/uring.ts', () => ({
  Uring: class {
    constructor() {
      throw refusal.error;
    }
  },
}));

test.skipIf(whyMissing('libc'))('a kernel that refuses a ring gives a reason with advice', () => {
  refusal.error = new SystemError(EPERM, 'io_uring_setup');
  expect(whyNoUring()).toMatch(/io_uring_disabled|io_uring_group|seccomp=unconfined/);
});

test.skipIf(whyMissing('libc'))('any other error is given as the reason in its own words', () => {
  refusal.error = new RangeError('no such thing');
  expect(whyNoUring()).toBe('RangeError: no such thing');
});
