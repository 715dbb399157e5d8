import { CompletionQueue } from './completion-queue.ts';
import { check, EBADF, EBUSY, SystemError } from './errno.ts';
import { libc, outcome } from './libc.ts';
import { MappedMemory } from './mapped-memory.ts';
import { NativeMemory } from './memory.ts';
import { Parts } from './parts.ts';
import { checkEnter } from './retry.ts';
import { close } from './socket.ts';
import { SubmissionQueue, writeTimespec } from './submission-queue.ts';

// System calls without a wrapper in the C library; the numbers are those of every architecture.
const IO_URING_SETUP = 425;
const IO_URING_ENTER = 426;
const IO_URING_REGISTER = 427;

const IORING_SETUP_CQSIZE = 1 << 3;
const IORING_SETUP_CLAMP = 1 << 4;
const IORING_SETUP_SUBMIT_ALL = 1 << 7;
const IORING_SETUP_SINGLE_ISSUER = 1 << 12;
const IORING_SETUP_DEFER_TASKRUN = 1 << 13;
/**
 * Completions are made when their thread asks for them and at no other time, which spares interrupting it: Linux 6.1.
 * A submission that fails does not keep the others from being taken.
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

// struct io_uring_params, io_uring_setup(2): in 32-bit words.
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

/** How often a submission that the kernel puts off is tried again, when there is no room for another one. */
const ATTEMPTS = 100;

const SQE = 64;
const CQE = 16;
// struct io_uring_getevents_arg, and a timespec behind it.
const WAIT_ARGUMENTS = 24;
const WAIT_TIMESPEC = 16;

/** @returns the result, or a negated errno. */
function call(number: number, a: number, b: number, c: number, d: number, e: number, f: number): number {
  return outcome(libc().syscall(number, a, b, c, d, e, f));
}

/**
 * A ring of io_uring(7): many operations are handed to the kernel in one call, and it tells of each when it has
 * completed. A ring belongs to the thread that made it. Needs Linux 6.1; {@link whyNoUring} tells whether it is there.
 */
export class Uring {
  readonly submissions: SubmissionQueue;
  readonly completions: CompletionQueue;
  readonly #fd: number;
  /** How io_uring_enter(2) knows the ring: by its place among those registered, or its descriptor. */
  readonly #entry: number;
  readonly #entryFlags: number;
  readonly #rings: MappedMemory;
  readonly #sqes: MappedMemory;
  readonly #wait: NativeMemory;
  #closed = false;

  /**
   * @param entries operations that one call may submit; rounded up to a power of two.
   * @param completions operations of which may be told at once: no fewer than `entries`. Further ones are kept by the
   * kernel, but cost more, and end what would go on by itself.
   * @throws {SystemError} where io_uring is not to be had, or ENOMEM.
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
      // Both rings lie in one piece: IORING_FEAT_SINGLE_MMAP, Linux 5.4.
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
   * Hands all that was prepared to the kernel, without waiting.
   * @returns how many operations it took; 0 when the call is to be made again. @throws {SystemError} when it can't pass.
   */
  submit(): number {
    const prepared = this.submissions.publish();
    return this.#taken(call(IO_URING_ENTER, this.#entry, prepared, 0, this.#entryFlags, 0, 0));
  }

  /**
   * Hands over all that was prepared, and waits.
   * @param least completions to wait for; 0 looks for those that can be had at once. A {@link SubmissionQueue.timeout}
   * that has run out ends waiting, however few there are.
   * @param timeoutNanos how long to wait for them at most; -1 waits for ever.
   * @returns how many completions are ready; fewer than asked for when a signal interrupted the wait, or the kernel is
   * short of memory for a moment. @throws {SystemError} when the call can't be made again.
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
   * Makes slots for descriptors that operations find faster, under {@link IOSQE_FIXED_FILE}. To be done once.
   * @throws {SystemError} EMFILE when the process may not open so many.
   */
  registerFiles(slots: number): void {
    const registration = new NativeMemory(32);
    registration.uint32[0] = slots;
    registration.uint32[1] = IORING_RSRC_REGISTER_SPARSE;
    this.#registerOnce(IORING_REGISTER_FILES2, registration, 32);
  }

  /** Puts a descriptor into a slot, or with -1 empties it. The slot keeps the socket open. @throws {SystemError} */
  setFile(slot: number, fd: number): void {
    const update = new NativeMemory(24);
    update.uint32[0] = slot;
    update.setUint64(8, update.address + 16);
    update.int32[4] = fd;
    this.#registerOnce(IORING_REGISTER_FILES_UPDATE, update, 1);
  }

  /** io_uring_register(2) with a structure that lasts. @returns the result, or a negated errno. */
  register(what: number, memory: NativeMemory, count: number): number {
    // The number may be another file's by now.
    if (this.#closed) return -EBADF;
    return call(IO_URING_REGISTER, this.#fd, what, memory.address, count, 0, 0);
  }

  /**
   * Ends all operations, whose memory may be freed then, closes the ring and frees what it has. A blocking call that
   * this thread makes soon afterwards may be interrupted (-EINTR), when the kernel has tidied up.
   */
  close(): void {
    const cancel = new NativeMemory(64);
    cancel.uint32[3] = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY;
    // A timeout of -1, -1 waits for operations that can't be ended at once.
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

  /** Submits, so that there is room for one more. @throws {SystemError} EBUSY when the kernel takes none. */
  #makeRoom(): void {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (this.submit() > 0) return;
    throw new SystemError(EBUSY, 'io_uring_enter');
  }

  /** @throws {SystemError} */
  #registerOnce(what: number, memory: NativeMemory, count: number): void {
    try {
      check(this.register(what, memory, count), 'io_uring_register');
    } finally {
      memory.free();
    }
  }

  /** @returns the ring's place among those of the thread, or a negated errno: it has 16 places. */
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

/** struct io_uring_rsrc_update. */
function ringUpdate(place: number, fd: number): NativeMemory {
  const update = new NativeMemory(16);
  update.uint32[0] = place;
  update.setUint64(8, fd);
  return update;
}
