import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { EINVAL, ENOMEM, ENOSYS, EPERM, SystemError } from '../errors/errno.ts';
import { whyNoLibc } from '../libc.ts';
import { Uring } from './uring.ts';

/** Facts about a system that has refused to create a ring. */
export interface UringRefusal {
  /** Positive errno of io_uring_setup(2). */
  readonly errno: number;
  /** The kernel's version, such as `6.1.0-18-amd64`. */
  readonly kernel: string;
  /** /proc/sys/kernel/io_uring_disabled, Linux 6.6: 0, 1 or 2; undefined if there is no such file. */
  readonly disabled: string | undefined;
}

const INSTEAD = 'The epoll model does not need io_uring.';

/** Explains why the ring was refused and what to do about it. */
export function explainRefusal({ errno, kernel, disabled }: UringRefusal): string {
  if (errno === ENOSYS || errno === EINVAL) {
    const [major = 0, minor = 0] = kernel.split('.').map(Number);
    const recent = major > 6 || (major === 6 && minor >= 1);
    if (!recent) return `io_uring as used here needs Linux 6.1 or later; this is ${kernel}. ${INSTEAD}`;
    if (errno === ENOSYS) {
      return `this kernel (${kernel}) has no io_uring, or a sandbox such as gVisor or seccomp hides it. ${INSTEAD}`;
    }
  }
  if (errno === ENOMEM) {
    return (
      'there is not enough memory for an io_uring: raise the limit of locked memory (`ulimit -l`) ' +
      'or the memory limit of the control group.'
    );
  }
  if (errno !== EPERM) return `an io_uring could not be created: ${new SystemError(errno, 'io_uring_setup').message}.`;
  if (disabled === '2') {
    return `io_uring is disabled on this machine: \`sysctl kernel.io_uring_disabled=0\` as root enables it. ${INSTEAD}`;
  }
  if (disabled === '1') {
    return (
      'io_uring is restricted to a group of users on this machine: join the one in `sysctl kernel.io_uring_group`, ' +
      `or run \`sysctl kernel.io_uring_disabled=0\` as root. ${INSTEAD}`
    );
  }
  return (
    "this process may not use io_uring, usually because of a container's seccomp profile, such as Docker's default " +
    'one; run it with `--security-opt seccomp=unconfined`, or a profile that allows io_uring_setup, io_uring_enter ' +
    `and io_uring_register. ${INSTEAD}`
  );
}

/** Returns why io_uring is not available here and what to do about it, or `undefined` when it is. Never throws. */
export function whyNoUring(): string | undefined {
  const why = whyNoLibc();
  if (why !== undefined) return why;
  try {
    new Uring(1).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof SystemError)) return String(error);
    return explainRefusal({ errno: error.errno, kernel: release(), disabled: readDisabled() });
  }
}

function readDisabled(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/io_uring_disabled', 'utf8').trim();
  } catch {
    return undefined;
  }
}
