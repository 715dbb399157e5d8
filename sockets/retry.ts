import {
  EACCES,
  EAGAIN,
  EBADF,
  EBUSY,
  ECONNABORTED,
  ECONNREFUSED,
  EDESTADDRREQ,
  EFAULT,
  EHOSTDOWN,
  EHOSTUNREACH,
  EINTR,
  EINVAL,
  EMFILE,
  EMSGSIZE,
  ENETDOWN,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENONET,
  ENOPROTOOPT,
  ENOTSOCK,
  EOPNOTSUPP,
  EPERM,
  EPROTO,
  ETIME,
  ETIMEDOUT,
  SystemError,
} from './errno.ts';

/**
 * What a loop does when a system call has failed. Each errno that can pass is named here, with the manual page that
 * lists it, and nowhere else. Any other one throws: a loop that tried again would do so for ever.
 */

/**
 * `now`: call again, when the socket is ready where the loop waits for that. `later`: call again after a pause, as the
 * machine is short of something. `never`: the connection has ended, and the loop goes on without it.
 */
export type Retry = 'now' | 'later' | 'never';

/** The machine is short of descriptors or memory: accept(2), recv(2), send(2), poll(2). */
const SHORTAGE: ReadonlySet<number> = new Set([EMFILE, ENFILE, ENOBUFS, ENOMEM]);

/**
 * accept(2), section "Error handling": "Linux accept() passes already-pending network errors on the new socket as an
 * error code", to be treated like EAGAIN; EPERM is a firewall's. Each belongs to one connection, and goes with it.
 */
const ACCEPT_NEXT: ReadonlySet<number> = new Set([
  ...[EAGAIN, EINTR, ECONNABORTED, EPERM, ETIMEDOUT],
  ...[ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH],
]);

/**
 * recv(2), udp(7), "Error handling": an ICMP error of an earlier datagram comes in place of the next one, once. They are
 * those of ip(7), as icmp_err_convert of the kernel translates them, and of ipv6(7).
 */
const DATAGRAM_NEXT: ReadonlySet<number> = new Set([
  ...[EAGAIN, EINTR, ECONNREFUSED, EMSGSIZE, EACCES, EPERM],
  ...[ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH],
]);

/** io_uring_enter(2): interrupted, out of time, short of memory for a moment, or with completions to be taken first. */
const ENTER_AGAIN: ReadonlySet<number> = new Set([EINTR, ETIME, EAGAIN, EBUSY]);

/** recv(2) and send(2): not the peer's doing, nor the network's, but a wrong descriptor or argument. */
const FAULTS: ReadonlySet<number> = new Set([EBADF, ENOTSOCK, EFAULT, EINVAL, EDESTADDRREQ, EOPNOTSUPP]);

/** The same of sendto(2), to whoever sent a datagram: EINVAL among others is what a peer with port 0 brings about. */
const SENDTO_FAULTS: ReadonlySet<number> = new Set([EBADF, ENOTSOCK, EFAULT]);
/** And of send(2) on a connected socket, whose peer was accepted by connect(2). */
const SEND_FAULTS: ReadonlySet<number> = new Set([...SENDTO_FAULTS, EINVAL]);

/** Is it one of those errnos that say that the machine is short of something? @param result a negated errno. */
export function isShortage(result: number): boolean {
  return SHORTAGE.has(-result);
}

/** accept4(2) failed. @param result a negated errno. @throws {SystemError} when it can't pass. */
export function acceptRetry(result: number): Exclude<Retry, 'never'> {
  if (ACCEPT_NEXT.has(-result)) return 'now';
  if (SHORTAGE.has(-result)) return 'later';
  throw new SystemError(-result, 'accept4');
}

/**
 * recv(2) or send(2) on a connection failed. An errno that is the peer's or the network's doing ends the connection:
 * tcp(7), ip(7).
 * @param result a negated errno. @throws {SystemError} for a wrong descriptor or argument.
 */
export function streamRetry(result: number, call: 'recv' | 'send' | 'recvmsg'): Retry {
  if (result === -EAGAIN || result === -EINTR) return 'now';
  if (SHORTAGE.has(-result)) return 'later';
  if (FAULTS.has(-result)) throw new SystemError(-result, call);
  return 'never';
}

/** recvfrom(2) or recvmmsg(2) of datagrams failed. @param result a negated errno. @throws {SystemError} when it can't pass. */
export function datagramRetry(
  result: number,
  call: 'recvfrom' | 'recvmmsg' | 'recvmsg' | 'recv',
): Exclude<Retry, 'never'> {
  if (DATAGRAM_NEXT.has(-result)) return 'now';
  if (SHORTAGE.has(-result)) return 'later';
  throw new SystemError(-result, call);
}

/**
 * A datagram was sent, or is lost because the kernel refused it, as UDP allows.
 * @param result of sendto(2), sendmsg(2) or sendmmsg(2) with an address, or of send(2) on a connected socket.
 * @throws {SystemError} when none could ever be sent that way.
 */
export function checkDatagramSent(result: number, call: 'sendto' | 'sendmsg' | 'sendmmsg' | 'send'): void {
  const faults = call === 'send' ? SEND_FAULTS : SENDTO_FAULTS;
  if (result < 0 && faults.has(-result)) throw new SystemError(-result, call);
}

/**
 * poll(2), epoll_wait(2) and their kin.
 * @returns how many are ready; 0 when the wait was interrupted. @throws {SystemError} when it can't pass.
 */
export function checkWait(result: number, call: 'poll' | 'epoll_wait'): number {
  if (result >= 0) return result;
  // poll(2): "ENOMEM: unable to allocate memory for kernel tables", which it needs for each call anew.
  if (result === -EINTR || (call === 'poll' && (result === -ENOMEM || result === -EAGAIN))) return 0;
  throw new SystemError(-result, call);
}

/** io_uring_enter(2). @returns its result; 0 when the call is to be made again. @throws {SystemError} when it can't pass. */
export function checkEnter(result: number): number {
  if (result >= 0) return result;
  if (ENTER_AGAIN.has(-result)) return 0;
  throw new SystemError(-result, 'io_uring_enter');
}
