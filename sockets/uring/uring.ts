import { check, EBADF, EBUSY, SystemError } from '../errors/errno.ts';
import { checkEnter } from '../errors/retry.ts';
import { libc, outcome } from '../libc.ts';
import { MappedMemory } from '../memory/mapped-memory.ts';
import { NativeMemory } from '../memory/memory.ts';
import { Parts } from '../memory/parts.ts';
import { close } from '../socket.ts';
import { CompletionQueue } from './completion-queue.ts';
import { SubmissionQueue, writeTimespec } from './submission-queue.ts';

// System calls without a wrapper in the C library. The numbers are the same on x86-64 and arm64.
const IO_URING_SETUP = 425;
const IO_URING_ENTER = 426;
const IO_URING_REGISTER = 427;

const IORING_SETUP_CQSIZE = 1 << 3;
const IORING_SETUP_CLAMP = 1 << 4;
const IORING_SETUP_SUBMIT_ALL = 1 << 7;
const IORING_SETUP_SINGLE_ISSUER = 1 << 12;
const IORING_SETUP_DEFER_TASKRUN = 1 << 13;
/**
 * Completions are posted only when their thread asks for them, which avoids interrupting it: Linux 6.1. A submission
 * that fails does not stop the kernel from taking the others.
 */
const SETUP =
  IORING_SETUP_CQSIZE |
  IORING_SETUP_CLAMP |
  IORING_SETUP_SUBMIT_ALL |
  IORING_SETUP_SINGLE_ISSUER |
  IORING_SETUP_DEFER_TASKRUN;

const IORING_OFF_SQ_RING = 0;
const IORING_OFF_SQES = 0x10000000;

const IORING_ENTER_GETEVENTS = 1 << 0;
const IORING_ENTER_EXT_ARG = 1 << 3;
const IORING_ENTER_REGISTERED_RING = 1 << 4;

const IORING_REGISTER_FILES_UPDATE = 6;
const IORING_REGISTER_FILES2 = 13;
const IORING_REGISTER_RING_FDS = 20;
const IORING_UNREGISTER_RING_FDS = 21;
const IORING_REGISTER_SYNC_CANCEL = 24;
const IORING_RSRC_REGISTER_SPARSE = 1;
const IORING_ASYNC_CANCEL_ALL = 1 << 0;
const IORING_ASYNC_CANCEL_ANY = 1 << 2;

// struct io_uring_params, io_uring_setup(2): offsets in 32-bit words.
const PARAMS = 120;
const SQ_ENTRIES = 0;
const CQ_ENTRIES = 1;
const FLAGS = 2;
const SQ_TAIL = 11;
const SQ_FLAGS = 14;
const SQ_ARRAY = 16;
const CQ_HEAD = 20;
const CQ_TAIL = 21;
const CQ_CQES = 25;

/** Attempts to submit when the queue is full and the kernel takes nothing. */
const ATTEMPTS = 100;

const SQE = 64;
const CQE = 16;
// struct io_uring_getevents_arg, followed by a timespec.
const WAIT_ARGUMENTS = 24;
const WAIT_TIMESPEC = 16;

/** Makes a system call. @returns the result, or a negated errno. */
function call(number: number, a: number, b: number, c: number, d: number, e: number, f: number): number {
  return outcome(libc().syscall(number, a, b, c, d, e, f));
}

/**
 * An io_uring(7): submits many operations to the kernel in one call and reports their completions. A ring belongs to
 * the thread that created it. Needs Linux 6.1; {@link whyNoUring} reports whether it is available.
 */
export class Uring {
  readonly submissions: SubmissionQueue;
  readonly completions: CompletionQueue;
  readonly #fd: number;
  /** Identifies the ring to io_uring_enter(2): its index among the registered rings, or its descriptor. */
  readonly #entry: number;
  readonly #entryFlags: number;
  readonly #rings: MappedMemory;
  readonly #sqes: MappedMemory;
  readonly #wait: NativeMemory;
  #closed = false;

  /**
   * @param entries operations that one call may submit; rounded up to a power of two.
   * @param completions capacity of the completion queue, at least `entries`. The kernel keeps further completions, but
   * they cost more and end multishot operations.
   * @throws {SystemError} where io_uring is not available, or ENOMEM.
   */
  constructor(entries: number, completions = 4 * entries) {
    const params = new NativeMemory(PARAMS);
    params.uint32[CQ_ENTRIES] = completions;
    params.uint32[FLAGS] = SETUP;
    const at = (word: number) => params.uint32[word] as number;
    const parts = new Parts();
    try {
      this.#fd = check(call(IO_URING_SETUP, entries, params.address, 0, 0, 0, 0), 'io_uring_setup');
      parts.own({ close: () => close(this.#fd) });
      // Both rings share one mapping: IORING_FEAT_SINGLE_MMAP, Linux 5.4.
      const size = Math.max(at(CQ_CQES) + at(CQ_ENTRIES) * CQE, at(SQ_ARRAY) + at(SQ_ENTRIES) * 4);
      this.#rings = parts.own(new MappedMemory(size, this.#fd, IORING_OFF_SQ_RING));
      this.#sqes = parts.own(new MappedMemory(at(SQ_ENTRIES) * SQE, this.#fd, IORING_OFF_SQES));
      this.#wait = parts.own(new NativeMemory(WAIT_ARGUMENTS + 16));
      const submissionOffsets = { tail: at(SQ_TAIL), array: at(SQ_ARRAY) };
      const completionOffsets = { flags: at(SQ_FLAGS), head: at(CQ_HEAD), tail: at(CQ_TAIL), cqes: at(CQ_CQES) };
      const makeRoom = () => this.#makeRoom();
      this.submissions = parts.own(
        new SubmissionQueue(at(SQ_ENTRIES), submissionOffsets, this.#rings, this.#sqes, makeRoom),
      );
      this.completions = new CompletionQueue(at(CQ_ENTRIES), completionOffsets, this.#rings);
      const registered = this.#registerItself();
      this.#entry = registered < 0 ? this.#fd : registered;
      this.#entryFlags = registered < 0 ? 0 : IORING_ENTER_REGISTERED_RING;
    } catch (error) {
      parts.free();
      throw error;
    } finally {
      params.free();
    }
    this.#wait.setUint64(WAIT_TIMESPEC, this.#wait.address + WAIT_ARGUMENTS);
  }

  /**
   * Submits all prepared operations without waiting.
   * @returns the number of operations taken; 0 when the call must be repeated.
   * @throws {SystemError} when the error is permanent.
   */
  submit(): number {
    const prepared = this.submissions.publish();
    return this.#taken(call(IO_URING_ENTER, this.#entry, prepared, 0, this.#entryFlags, 0, 0));
  }

  /**
   * Submits all prepared operations and waits for completions.
   * @param least completions to wait for; 0 only collects those available at once. A {@link SubmissionQueue.timeout}
   * that expires ends the wait even if there are fewer.
   * @param timeoutNanos longest wait; -1 waits without limit.
   * @returns the number of available completions; fewer than `least` when the timeout expired, a signal interrupted the
   * wait, or the kernel is temporarily short of memory.
   * @throws {SystemError} when the error is permanent.
   */
  submitAndWait(least: number, timeoutNanos: number): number {
    const prepared = this.submissions.publish();
    const flags = this.#entryFlags | IORING_ENTER_GETEVENTS;
    let result: number;
    if (timeoutNanos < 0 || least === 0) {
      result = call(IO_URING_ENTER, this.#entry, prepared, least, flags, 0, 0);
    } else {
      const wait = this.#wait;
      writeTimespec(wait, WAIT_ARGUMENTS, timeoutNanos);
      const extended = flags | IORING_ENTER_EXT_ARG;
      result = call(IO_URING_ENTER, this.#entry, prepared, least, extended, wait.address, WAIT_ARGUMENTS);
    }
    this.#taken(result);
    return this.completions.ready;
  }

  /**
   * Registers empty slots for descriptors, which operations with {@link IOSQE_FIXED_FILE} look up faster. Call it once.
   * @throws {SystemError} EMFILE when `slots` exceeds the limit on open files.
   */
  registerFiles(slots: number): void {
    const registration = new NativeMemory(32);
    registration.uint32[0] = slots;
    registration.uint32[1] = IORING_RSRC_REGISTER_SPARSE;
    this.#registerOnce(IORING_REGISTER_FILES2, registration, 32);
  }

  /**
   * Puts a descriptor into a slot, or with -1 empties the slot. The slot keeps the socket open.
   * @throws {SystemError}
   */
  setFile(slot: number, fd: number): void {
    const update = new NativeMemory(24);
    update.uint32[0] = slot;
    update.setUint64(8, update.address + 16);
    update.int32[4] = fd;
    this.#registerOnce(IORING_REGISTER_FILES_UPDATE, update, 1);
  }

  /** Calls io_uring_register(2). @returns the result, or a negated errno. */
  register(what: number, memory: NativeMemory, count: number): number {
    // The number may belong to another file by now.
    if (this.#closed) return -EBADF;
    return call(IO_URING_REGISTER, this.#fd, what, memory.address, count, 0, 0);
  }

  /**
   * Ends all operations, closes the ring and frees its memory; the memory of the operations may be freed afterwards.
   * The kernel's cleanup may interrupt a blocking call that this thread makes soon afterwards (-EINTR).
   */
  close(): void {
    const cancel = new NativeMemory(64);
    cancel.uint32[3] = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY;
    // A timeout of -1, -1 waits for operations that cannot end at once.
    cancel.int32.fill(-1, 4, 8);
    this.register(IORING_REGISTER_SYNC_CANCEL, cancel, 1);
    cancel.free();
    if (this.#entryFlags !== 0) this.#unregisterItself();
    close(this.#fd);
    this.#closed = true;
    this.#rings.free();
    this.#sqes.free();
    this.submissions.free();
    this.#wait.free();
  }

  #taken(result: number): number {
    if (result > 0) this.submissions.taken(result);
    return checkEnter(result);
  }

  /** Submits to make room for one more operation. @throws {SystemError} EBUSY when the kernel takes none. */
  #makeRoom(): void {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (this.submit() > 0) return;
    throw new SystemError(EBUSY, 'io_uring_enter');
  }

  /** Calls {@link register} and frees the memory. @throws {SystemError} */
  #registerOnce(what: number, memory: NativeMemory, count: number): void {
    try {
      check(this.register(what, memory, count), 'io_uring_register');
    } finally {
      memory.free();
    }
  }

  /**
   * Registers the ring's descriptor for faster calls.
   * @returns its index, or a negated errno: a thread has 16 places.
   */
  #registerItself(): number {
    const update = ringUpdate(0xffff_ffff, this.#fd);
    const status = this.register(IORING_REGISTER_RING_FDS, update, 1);
    const place = update.uint32[0] as number;
    update.free();
    return status < 0 ? status : place;
  }

  #unregisterItself(): void {
    const update = ringUpdate(this.#entry, 0);
    this.register(IORING_UNREGISTER_RING_FDS, update, 1);
    update.free();
  }
}

/** Allocates a struct io_uring_rsrc_update. */
function ringUpdate(place: number, fd: number): NativeMemory {
  const update = new NativeMemory(16);
  update.uint32[0] = place;
  update.setUint64(8, fd);
  return update;
}
