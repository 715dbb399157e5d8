import { afterAll, expect, test, vi } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { loadModel } from '../../servers/model-catalog.ts';
import { UnavailableError } from '../../sockets/errors/errno.ts';
import { whyNoLibc } from '../../sockets/libc.ts';

// Pure test files share loaded modules: those with a mock inside must be loaded for this file alone.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());
vi.mock('../../sockets/uring/availability.ts', () => ({ whyNoUring: () => 'a seccomp profile forbids io_uring.' }));

test('where io_uring is forbidden, its model is unavailable with the reason, and other models are not affected', () => {
  expect(whyUnavailable('io-uring')).toBe('a seccomp profile forbids io_uring.');
  expect(whyUnavailable('nonblocking')).toBe(whyNoLibc());
  expect(whyUnavailable('event-driven')).toBeUndefined();
});

test('where io_uring is forbidden, its model refuses to start for the same reason', async () => {
  const model = await loadModel('io-uring');
  const started = model.start({ transport: 'tcp', app: 'echo', host: '127.0.0.1', port: 0 });
  await expect(started).rejects.toThrow(new UnavailableError('a seccomp profile forbids io_uring.'));
});
