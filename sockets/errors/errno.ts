import { constants, platform } from 'node:os';
import { getSystemErrorMap } from 'node:util';

const nameByErrno = new Map<number, string>(Object.entries(constants.errno).map(([name, errno]) => [errno, name]));
// EWOULDBLOCK and EOPNOTSUPP share their numbers with EAGAIN and ENOTSUP on Linux; POSIX prefers these names.
nameByErrno.set(constants.errno.EAGAIN, 'EAGAIN');
for (const [errno, name] of [
  [64, 'ENONET'],
  [112, 'EHOSTDOWN'],
] as const) {
  if (!nameByErrno.has(errno)) nameByErrno.set(errno, name);
}

export const EAGAIN = constants.errno.EAGAIN;
export const EINTR = constants.errno.EINTR;
export const EINPROGRESS = constants.errno.EINPROGRESS;
export const ECONNREFUSED = constants.errno.ECONNREFUSED;
export const EPROTO = constants.errno.EPROTO;
export const ECONNRESET = constants.errno.ECONNRESET;
export const EPIPE = constants.errno.EPIPE;
export const EMFILE = constants.errno.EMFILE;
export const EADDRINUSE = constants.errno.EADDRINUSE;
export const EADDRNOTAVAIL = constants.errno.EADDRNOTAVAIL;
export const EINVAL = constants.errno.EINVAL;
export const ENFILE = constants.errno.ENFILE;
export const ENOBUFS = constants.errno.ENOBUFS;
export const ENOMEM = constants.errno.ENOMEM;
export const EBADF = constants.errno.EBADF;
export const ENOTSOCK = constants.errno.ENOTSOCK;
export const EFAULT = constants.errno.EFAULT;
export const ECONNABORTED = constants.errno.ECONNABORTED;
export const ENETDOWN = constants.errno.ENETDOWN;
export const ENETUNREACH = constants.errno.ENETUNREACH;
export const EHOSTUNREACH = constants.errno.EHOSTUNREACH;
export const ENOPROTOOPT = constants.errno.ENOPROTOOPT;
export const EOPNOTSUPP = constants.errno.EOPNOTSUPP;
export const EMSGSIZE = constants.errno.EMSGSIZE;
export const EACCES = constants.errno.EACCES;
export const EDESTADDRREQ = constants.errno.EDESTADDRREQ;
export const ETIMEDOUT = constants.errno.ETIMEDOUT;
/** Linux numbers of two errors that Node does not name: asm-generic/errno.h. */
export const ENONET = 64;
export const EHOSTDOWN = 112;
export const EBUSY = constants.errno.EBUSY;
export const ECANCELED = constants.errno.ECANCELED;
export const ENOSYS = constants.errno.ENOSYS;
export const EPERM = constants.errno.EPERM;
export const ETIME = constants.errno.ETIME;

/** Returns the symbolic name of a positive errno, such as `ECONNREFUSED`; `E<number>` for one without a name here. */
export function errnoName(errno: number): string {
  return nameByErrno.get(errno) ?? `E${errno}`;
}

/** Returns the system's message for a positive errno, such as `connection refused`. */
export function errnoMessage(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno} on ${platform()}`;
}

/** A system call that failed: its name, the address concerned and the errno. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  /** Symbolic name, as in `errno.h`: `ECONNREFUSED`. */
  readonly code: string;
  /** Positive errno. */
  readonly errno: number;
  readonly syscall: string;
  /** The address concerned, as `host:port`, if there is one. */
  readonly address: string | undefined;

  constructor(errno: number, syscall: string, address?: string) {
    const code = errnoName(errno);
    super(`${syscall}${address ? ` ${address}` : ''}: ${errnoMessage(errno)} (${code})`);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    this.address = address;
  }
}

/** This machine lacks something that a feature needs. The message names it, and where the feature would work. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/**
 * Returns a system call's result, or throws if the call failed.
 * @param result result of a call in this folder: zero or more, or a negated errno.
 * @throws {SystemError} when `result` is negative.
 */
export function check(result: number, syscall: string, address?: string): number {
  if (result < 0) throw new SystemError(-result, syscall, address);
  return result;
}
