import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { errnoMessage, SystemError } from '../../sockets/errors/errno.ts';
import {
  acceptRetry,
  checkDatagramSent,
  checkEnter,
  checkWait,
  datagramRetry,
  isShortage,
  streamRetry,
} from '../../sockets/errors/retry.ts';

/** Error numbers of Linux; Node lacks the last two. */
const numbers = { ...constants.errno, ENONET: 64, EHOSTDOWN: 112 };
type Name = keyof typeof numbers;

/** The largest errno that Linux can return, negated. No kernel uses it. */
const UNKNOWN = -4095;
const FAULTS = ['EBADF', 'ENOTSOCK', 'EFAULT'] as const;
const SHORTAGES = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'] as const;
/** Network errors that accept(2) and udp(7) list. Each is reported once. */
const NETWORK = [
  ...(['ENETDOWN', 'EPROTO', 'ENOPROTOOPT', 'EHOSTDOWN', 'ENONET'] as const),
  ...(['EHOSTUNREACH', 'EOPNOTSUPP', 'ENETUNREACH'] as const),
];

const negated = (name: Name) => -numbers[name];

describe('accept4(2)', () => {
  test.each(['EAGAIN', 'EINTR', 'ECONNABORTED', 'EPERM', ...NETWORK] as const)(
    '%s: the next connection is accepted',
    (name) => {
      expect(acceptRetry(negated(name))).toBe('now');
    },
  );

  test.each(SHORTAGES)('%s: the call is repeated after a pause', (name) => {
    expect(acceptRetry(negated(name))).toBe('later');
    expect(isShortage(negated(name))).toBe(true);
  });

  test.each([...FAULTS, 'EINVAL'] as const)('%s: an error is thrown', (name) => {
    expect(() => acceptRetry(negated(name))).toThrow(`accept4: ${errnoMessage(numbers[name])} (${name})`);
  });

  test('an errno that no manual page names: an error is thrown', () => {
    expect(() => acceptRetry(UNKNOWN)).toThrow(SystemError);
  });
});

describe('recv(2) and send(2) on a connection', () => {
  test.each(['EAGAIN', 'EINTR'] as const)('%s: the call is repeated', (name) => {
    expect(streamRetry(negated(name), 'recv')).toBe('now');
  });

  test.each(['ENOBUFS', 'ENOMEM'] as const)('%s: the call is repeated after a pause', (name) => {
    expect(streamRetry(negated(name), 'send')).toBe('later');
  });

  test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNREFUSED'] as const)(
    '%s: the connection has ended',
    (name) => {
      expect(streamRetry(negated(name), 'recv')).toBe('never');
    },
  );

  test('an errno that no manual page names: the connection has ended', () => {
    expect(streamRetry(UNKNOWN, 'recv')).toBe('never');
  });

  test.each([...FAULTS, 'EINVAL', 'EDESTADDRREQ', 'EOPNOTSUPP'] as const)(
    '%s: an error is thrown, because the call was wrong',
    (name) => {
      expect(() => streamRetry(negated(name), 'send')).toThrow(`send: ${errnoMessage(numbers[name])}`);
    },
  );
});

describe('datagrams', () => {
  test.each(['EAGAIN', 'EINTR', 'ECONNREFUSED', 'EMSGSIZE', 'EACCES', ...NETWORK] as const)(
    '%s on receiving: the next one is received',
    (name) => {
      expect(datagramRetry(negated(name), 'recvfrom')).toBe('now');
    },
  );

  test.each(['ENOBUFS', 'ENOMEM'] as const)('%s on receiving: the call is repeated after a pause', (name) => {
    expect(datagramRetry(negated(name), 'recvmmsg')).toBe('later');
  });

  test.each([...FAULTS, 'EINVAL'] as const)('%s on receiving: an error is thrown', (name) => {
    expect(() => datagramRetry(negated(name), 'recvmmsg')).toThrow(`recvmmsg: ${errnoMessage(numbers[name])}`);
  });

  test('an errno that no manual page names, on receiving: an error is thrown', () => {
    expect(() => datagramRetry(UNKNOWN, 'recvfrom')).toThrow(SystemError);
  });

  // EINVAL: the peer has port 0, which a sender can forge.
  test.each(['EAGAIN', 'EINVAL', 'EMSGSIZE', 'EPERM', 'ENETUNREACH', 'ECONNREFUSED', 'ENOBUFS', 'EPIPE'] as const)(
    '%s on sending: the datagram is lost',
    (name) => {
      expect(() => checkDatagramSent(negated(name), 'sendto')).not.toThrow();
    },
  );

  test('EINVAL on sending over a connected socket: an error is thrown', () => {
    expect(() => checkDatagramSent(negated('EINVAL'), 'send')).toThrow('send: invalid argument (EINVAL)');
  });

  test.each(FAULTS)('%s on sending: an error is thrown', (name) => {
    expect(() => checkDatagramSent(negated(name), 'send')).toThrow(`(${name})`);
    expect(() => checkDatagramSent(negated(name), 'sendto')).toThrow(`(${name})`);
    expect(() => checkDatagramSent(5, 'sendto')).not.toThrow();
  });
});

describe('waiting', () => {
  test('the number of ready events is returned', () => {
    expect([checkWait(3, 'poll'), checkWait(0, 'epoll_wait'), checkEnter(2)]).toEqual([3, 0, 2]);
  });

  test.each([
    ['poll', 'EINTR'],
    ['poll', 'ENOMEM'],
    ['poll', 'EAGAIN'],
    ['epoll_wait', 'EINTR'],
  ] as const)('%s, %s: nothing is ready yet', (call, name) => {
    expect(checkWait(negated(name), call)).toBe(0);
  });

  test.each([
    ['poll', 'EINVAL'],
    ['poll', 'EFAULT'],
    ['epoll_wait', 'EBADF'],
    ['epoll_wait', 'EFAULT'],
    ['epoll_wait', 'EINVAL'],
  ] as const)('%s, %s: an error is thrown', (call, name) => {
    expect(() => checkWait(negated(name), call)).toThrow(`${call}: ${errnoMessage(numbers[name])} (${name})`);
  });

  test.each(['EINTR', 'ETIME', 'EAGAIN', 'EBUSY'] as const)('io_uring_enter, %s: the call is repeated', (name) => {
    expect(checkEnter(negated(name))).toBe(0);
  });

  test.each(['EBADF', 'EFAULT', 'EINVAL', 'EOPNOTSUPP'] as const)('io_uring_enter, %s: an error is thrown', (name) => {
    expect(() => checkEnter(negated(name))).toThrow('io_uring_enter: ');
  });
});
