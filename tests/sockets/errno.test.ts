import { expect, test } from 'vitest';
import { check, ECONNREFUSED, errnoMessage, errnoName, SystemError } from '../../sockets/errors/errno.ts';

// Error numbers of Linux, errno(3). Where two names share a number, the one that POSIX prefers is expected.
test.runIf(process.platform === 'linux').each([
  [11, 'EAGAIN'],
  [24, 'EMFILE'],
  [98, 'EADDRINUSE'],
  [104, 'ECONNRESET'],
  [111, 'ECONNREFUSED'],
  [99_999, 'E99999'],
])('errno %i is called %s', (errno, name) => {
  expect(errnoName(errno)).toBe(name);
});

test('the message of an unknown errno contains its number', () => {
  expect(errnoMessage(ECONNREFUSED)).toBe('connection refused');
  expect(errnoMessage(99_999)).toContain('99999');
});

test.each([0, 1, 65_536])('check returns %i unchanged', (result) => {
  expect(check(result, 'recv')).toBe(result);
});

test('check throws a SystemError for a negated errno', () => {
  let failure: unknown;
  try {
    check(-ECONNREFUSED, 'connect', '127.0.0.1:9');
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(SystemError);
  expect(failure).toMatchObject({
    code: 'ECONNREFUSED',
    errno: ECONNREFUSED,
    syscall: 'connect',
    address: '127.0.0.1:9',
    message: 'connect 127.0.0.1:9: connection refused (ECONNREFUSED)',
  });
});
