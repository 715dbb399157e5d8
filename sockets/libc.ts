import { createRequire } from 'node:module';
import { UnavailableError } from './errors/errno.ts';

export type Call = (...args: readonly number[]) => number;

/**
 * The C library's functions used here. Pointers and sizes are plain numbers, which are cheaper to pass than Buffers.
 */
export interface Libc {
  readonly socket: Call;
  readonly socketpair: Call;
  readonly bind: Call;
  readonly listen: Call;
  readonly accept4: Call;
  readonly connect: Call;
  readonly send: Call;
  readonly recv: Call;
  readonly sendto: Call;
  readonly recvfrom: Call;
  readonly sendmsg: Call;
  readonly recvmsg: Call;
  readonly sendmmsg: Call;
  readonly recvmmsg: Call;
  readonly shutdown: Call;
  readonly close: Call;
  readonly getsockname: Call;
  readonly setsockopt: Call;
  readonly getsockopt: Call;
  readonly fcntl: Call;
  readonly ioctl: Call;
  readonly poll: Call;
  readonly ppoll: Call;
  readonly epoll_create1: Call;
  readonly epoll_ctl: Call;
  readonly epoll_wait: Call;
  /** glibc 2.35; missing from some C libraries. */
  readonly epoll_pwait2: Call | undefined;
  readonly sched_setaffinity: Call;
  readonly sched_getaffinity: Call;
  readonly sched_yield: Call;
  readonly clock_gettime: Call;
  readonly getrlimit: Call;
  readonly setrlimit: Call;
  readonly prctl: Call;
  readonly memcmp: Call;
  readonly mmap: Call;
  readonly munmap: Call;
  /** syscall(2): makes a system call that the C library does not wrap, by its number and six arguments. */
  readonly syscall: Call;
  readonly _exit: Call;
  /** Allocates `size` bytes, zeroed, that do not move until they are freed. */
  allocate(size: number): { readonly address: number; readonly bytes: ArrayBuffer; free(): void };
  /** Returns a view of memory at a fixed address, such as the result of mmap(2). */
  view(address: number, size: number): ArrayBuffer;
  /** A view of the calling thread's errno in thread-local memory. Reading it needs no call. */
  readonly errno: Int32Array;
}

/**
 * Signatures follow the manual pages, with the types of 64-bit Linux. koffi has no `ssize_t`; `intptr_t` has the same
 * width. A 64-bit result costs no more than an `int`: recv(2) that fails at once takes 290 to 300 ns with either. koffi
 * returns a number for results below 2^53, which is every result here. `socklen_t` is a `uint32_t`.
 */
const signatures = {
  socket: 'int socket(int, int, int)',
  socketpair: 'int socketpair(int, int, int, uintptr_t)',
  bind: 'int bind(int, uintptr_t, uint32_t)',
  listen: 'int listen(int, int)',
  accept4: 'int accept4(int, uintptr_t, uintptr_t, int)',
  connect: 'int connect(int, uintptr_t, uint32_t)',
  send: 'intptr_t send(int, uintptr_t, size_t, int)',
  recv: 'intptr_t recv(int, uintptr_t, size_t, int)',
  sendto: 'intptr_t sendto(int, uintptr_t, size_t, int, uintptr_t, uint32_t)',
  recvfrom: 'intptr_t recvfrom(int, uintptr_t, size_t, int, uintptr_t, uintptr_t)',
  sendmsg: 'intptr_t sendmsg(int, uintptr_t, int)',
  recvmsg: 'intptr_t recvmsg(int, uintptr_t, int)',
  sendmmsg: 'int sendmmsg(int, uintptr_t, uint32_t, int)',
  recvmmsg: 'int recvmmsg(int, uintptr_t, uint32_t, int, uintptr_t)',
  shutdown: 'int shutdown(int, int)',
  close: 'int close(int)',
  getsockname: 'int getsockname(int, uintptr_t, uintptr_t)',
  setsockopt: 'int setsockopt(int, int, int, uintptr_t, uint32_t)',
  getsockopt: 'int getsockopt(int, int, int, uintptr_t, uintptr_t)',
  fcntl: 'int fcntl(int, int, long)',
  ioctl: 'int ioctl(int, unsigned long, uintptr_t)',
  poll: 'int poll(uintptr_t, unsigned long, int)',
  ppoll: 'int ppoll(uintptr_t, unsigned long, uintptr_t, uintptr_t)',
  epoll_create1: 'int epoll_create1(int)',
  epoll_ctl: 'int epoll_ctl(int, int, int, uintptr_t)',
  epoll_wait: 'int epoll_wait(int, uintptr_t, int, int)',
  sched_setaffinity: 'int sched_setaffinity(int, size_t, uintptr_t)',
  sched_getaffinity: 'int sched_getaffinity(int, size_t, uintptr_t)',
  sched_yield: 'int sched_yield()',
  clock_gettime: 'int clock_gettime(int, uintptr_t)',
  getrlimit: 'int getrlimit(int, uintptr_t)',
  setrlimit: 'int setrlimit(int, uintptr_t)',
  prctl: 'int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)',
  memcmp: 'int memcmp(uintptr_t, uintptr_t, size_t)',
  mmap: 'intptr_t mmap(uintptr_t, size_t, int, int, int, long)',
  munmap: 'int munmap(uintptr_t, size_t)',
  syscall: 'long syscall(long, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t)',
  _exit: 'void _exit(int)',
} satisfies Partial<Record<keyof Libc, string>>;

let bound: Libc | undefined;

/**
 * Returns the C library of this process, bound on first use.
 * @throws {UnavailableError} where the platform is not 64-bit Linux, or koffi has no build for it.
 */
export function libc(): Libc {
  if (bound === undefined) bound = bind();
  return bound;
}

/**
 * Returns a call's result as the functions in this folder do: -1 becomes the negated errno, other values are unchanged.
 */
export function outcome(value: number): number {
  return value < 0 ? -(libc().errno[0] as number) : value;
}

/** Returns why system calls are not possible here, or `undefined` when they are. Never throws. */
export function whyNoLibc(): string | undefined {
  try {
    libc();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Binds functions of another library, as {@link libc} binds those of libc.
 * @param library its file name; null: libraries that this process has loaded already, such as those inside Node.
 * @param signatures C declarations by name. A result or parameter of the type `str` is a string in JavaScript.
 * @throws {UnavailableError} where no foreign functions can be called.
 * @throws {Error} when the library or one of its functions is missing.
 */
export function bindLibrary<Name extends string>(
  library: string | null,
  signatures: Readonly<Record<Name, string>>,
): Readonly<Record<Name, unknown>> {
  const loaded = koffi().load(library);
  const bindings = Object.entries<string>(signatures).map(([name, signature]) => [name, loaded.func(signature)]);
  return Object.fromEntries(bindings) as Record<Name, unknown>;
}

function bind(): Libc {
  try {
    return bindWith(koffi());
  } catch (cause) {
    throw cause instanceof UnavailableError ? cause : withoutKoffi(cause);
  }
}

/** Loads koffi. @throws {UnavailableError} where the platform is not 64-bit Linux, or koffi has no build for it. */
function koffi(): typeof import('koffi') {
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64')) {
    throw new UnavailableError(
      `direct system calls need Linux on x64 or arm64; this is ${process.platform} on ${process.arch}. ` +
        'The Node-native models (event-driven, async, cluster, worker-pool) work here.',
    );
  }
  try {
    return createRequire(import.meta.url)('koffi') as typeof import('koffi');
  } catch (cause) {
    throw withoutKoffi(cause);
  }
}

function withoutKoffi(cause: unknown): UnavailableError {
  return new UnavailableError(
    `direct system calls need the package koffi, which failed to load: ${firstLine(cause)}. ` +
      'Reinstall with `npm ci` and without --omit=optional.',
    { cause },
  );
}

function optional<T>(bind: () => T): T | undefined {
  try {
    return bind();
  } catch {
    return undefined;
  }
}

/** Drops the list of requiring files, which Node appends to the message about a missing module. */
function firstLine(error: unknown): string | undefined {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

function bindWith(koffi: typeof import('koffi')): Libc {
  const process = koffi.load(null);
  const libc: Libc = {
    ...onFirstCall((name, signature) => {
      const call: Call = process.func(signature);
      Object.assign(libc, { [name]: call });
      return call;
    }),
    epoll_pwait2: optional(() => process.func('int epoll_pwait2(int, uintptr_t, int, uintptr_t, uintptr_t)')),
    allocate(size) {
      // koffi.alloc calls calloc: the memory is zeroed and never moves. A Buffer does not promise that.
      const pointer = koffi.alloc('uint8_t', size);
      const address = Number(koffi.address(pointer));
      return { address, bytes: koffi.view(pointer, size), free: () => koffi.free(pointer) };
    },
    view: (address, size) => koffi.view(address, size),
    errno: new Int32Array(koffi.view(process.func('uintptr_t __errno_location()')(), 4)),
  };
  return libc;
}

/** Returns functions that bind themselves on their first call: a thread needs few, and binding all takes long. */
function onFirstCall(bind: (name: string, signature: string) => Call): Readonly<Record<keyof typeof signatures, Call>> {
  const calls = Object.entries(signatures).map(([name, signature]) => {
    let bound: Call | undefined;
    const call: Call = (...args) => {
      bound ??= bind(name, signature);
      return bound(...args);
    };
    return [name, call];
  });
  return Object.fromEntries(calls);
}
