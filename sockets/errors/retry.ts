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
 * Decides what a loop does after a failed system call. This file alone lists the transient errnos, each with its manual
 * page. Any other errno throws: a loop that retried it would never end.
 */

/**
 * `now`: call again, or wait for readiness first where the loop does that. `later`: call again after a pause, because
 * the machine is short of a resource. `never`: the connection has ended; the loop continues without it.
 */
export type Retry = 'now' | 'later' | 'never';

/** The machine is short of descriptors or memory: accept(2), recv(2), send(2), poll(2). */
const SHORTAGE: ReadonlySet<number> = new Set([EMFILE, ENFILE, ENOBUFS, ENOMEM]);

/**
 * accept(2), section "Error handling": "Linux accept() passes already-pending network errors on the new socket as an
 * error code", to be treated like EAGAIN. EPERM comes from a firewall. A network error ends that one connection only.
 */
const ACCEPT_NEXT: ReadonlySet<number> = new Set([
  ...[EAGAIN, EINTR, ECONNABORTED, EPERM, ETIMEDOUT],
  ...[ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH],
]);

/**
 * recv(2), udp(7), "Error handling": the ICMP error of an earlier datagram is reported once, in place of the next
 * datagram. The errnos are those of ip(7), as icmp_err_convert of the kernel translates them, and of ipv6(7).
 */
const DATAGRAM_NEXT: ReadonlySet<number> = new Set([
  ...[EAGAIN, EINTR, ECONNREFUSED, EMSGSIZE, EACCES, EPERM],
  ...[ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH],
]);

/** io_uring_enter(2): interrupted, timed out, temporarily short of memory, or with completions to be consumed first. */
const ENTER_AGAIN: ReadonlySet<number> = new Set([EINTR, ETIME, EAGAIN, EBUSY]);

/** recv(2) and send(2): caused by a wrong descriptor or argument, not by the peer or the network. */
const FAULTS: ReadonlySet<number> = new Set([EBADF, ENOTSOCK, EFAULT, EINVAL, EDESTADDRREQ, EOPNOTSUPP]);

/** The same for sendto(2) to the sender of a datagram. EINVAL is not among them: a peer with port 0 causes it, too. */
const SENDTO_FAULTS: ReadonlySet<number> = new Set([EBADF, ENOTSOCK, EFAULT]);
/** The same for send(2) on a connected socket, whose peer address connect(2) has accepted. */
const SEND_FAULTS: ReadonlySet<number> = new Set([...SENDTO_FAULTS, EINVAL]);

/** Reports whether an errno means that the machine is short of descriptors or memory. @param result a negated errno. */
export function isShortage(result: number): boolean {
  return SHORTAGE.has(-result);
}

/**
 * Decides after a failed accept4(2).
 * @param result a negated errno.
 * @throws {SystemError} when the error is permanent.
 */
export function acceptRetry(result: number): Exclude<Retry, 'never'> {
  if (ACCEPT_NEXT.has(-result)) return 'now';
  if (SHORTAGE.has(-result)) return 'later';
  throw new SystemError(-result, 'accept4');
}

/**
 * Decides after a failed recv(2) or send(2) on a connection. An errno that the peer or the network causes ends the
 * connection: tcp(7), ip(7).
 * @param result a negated errno.
 * @throws {SystemError} for a wrong descriptor or argument.
 */
export function streamRetry(result: number, call: 'recv' | 'send' | 'recvmsg'): Retry {
  if (result === -EAGAIN || result === -EINTR) return 'now';
  if (SHORTAGE.has(-result)) return 'later';
  if (FAULTS.has(-result)) throw new SystemError(-result, call);
  return 'never';
}

/**
 * Decides after a failed recvfrom(2) or recvmmsg(2) of datagrams.
 * @param result a negated errno.
 * @throws {SystemError} when the error is permanent.
 */
export function datagramRetry(
  result: number,
  call: 'recvfrom' | 'recvmmsg' | 'recvmsg' | 'recv',
): Exclude<Retry, 'never'> {
  if (DATAGRAM_NEXT.has(-result)) return 'now';
  if (SHORTAGE.has(-result)) return 'later';
  throw new SystemError(-result, call);
}

/**
 * Checks the result of sending a datagram. A datagram that the kernel refused counts as lost, as UDP allows.
 * @param result of sendto(2), sendmsg(2) or sendmmsg(2) with an address, or of send(2) on a connected socket.
 * @throws {SystemError} when no datagram could ever be sent that way.
 */
export function checkDatagramSent(result: number, call: 'sendto' | 'sendmsg' | 'sendmmsg' | 'send'): void {
  const faults = call === 'send' ? SEND_FAULTS : SENDTO_FAULTS;
  if (result < 0 && faults.has(-result)) throw new SystemError(-result, call);
}

/**
 * Checks the result of poll(2), epoll_wait(2) or a variant of them.
 * @returns the number of ready descriptors; 0 when the wait was interrupted.
 * @throws {SystemError} when the error is permanent.
 */
export function checkWait(result: number, call: 'poll' | 'epoll_wait'): number {
  if (result >= 0) return result;
  // poll(2): "ENOMEM: unable to allocate memory for kernel tables", which it needs anew for each call.
  if (result === -EINTR || (call === 'poll' && (result === -ENOMEM || result === -EAGAIN))) return 0;
  throw new SystemError(-result, call);
}

/**
 * Checks the result of io_uring_enter(2).
 * @returns it; 0 when the call must be repeated.
 * @throws {SystemError} when the error is permanent.
 */
export function checkEnter(result: number): number {
  if (result >= 0) return result;
  if (ENTER_AGAIN.has(-result)) return 0;
  throw new SystemError(-result, 'io_uring_enter');
}
