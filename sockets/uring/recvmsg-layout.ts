import { NativeMemory } from '../memory/memory.ts';
import { stampNanos, stampSeconds } from '../timestamps.ts';

// struct io_uring_recvmsg_out: lengths of the peer's name, of ancillary data and of the payload, and flags.
const HEADER = 16;
const CONTROL_LENGTH = 4;
const PAYLOAD_LENGTH = 8;
/** Room for a timestamp, cmsg(3): a header of 16 bytes and a timespec. */
const CONTROL = 32;

// struct msghdr on 64-bit Linux, recvmsg(2).
const MESSAGE = 56;
const MESSAGE_CONTROL_LENGTH = 40;

/**
 * The layout in which {@link SubmissionQueue.recvmsgMultishot} fills a buffer: a header, ancillary data with the time
 * when the kernel received the payload, and the payload. Sockets must have SO_TIMESTAMPNS set.
 */
export class MessageLayout {
  /** Bytes of a buffer that are not available to the payload. */
  static readonly overhead = HEADER + CONTROL;
  readonly #message = new NativeMemory(MESSAGE);

  constructor() {
    this.#message.setUint64(MESSAGE_CONTROL_LENGTH, CONTROL);
  }

  /** Address of the struct msghdr that describes the layout; for system calls only. It must outlive its operations. */
  get address(): number {
    return this.#message.address;
  }

  /** Returns the number of bytes received into the buffer at `at`; 0 at the end of a stream. */
  lengthAt(buffers: NativeMemory, at: number): number {
    return buffers.uint32[(at + PAYLOAD_LENGTH) >> 2] as number;
  }

  /** Returns when the kernel received them, in whole seconds since 1970; 0 without a timestamp. */
  secondsAt(buffers: NativeMemory, at: number): number {
    return stampSeconds(buffers, at + HEADER, buffers.uint32[(at + CONTROL_LENGTH) >> 2] as number);
  }

  /** Returns the nanoseconds within that second. */
  nanosAt(buffers: NativeMemory, at: number): number {
    return stampNanos(buffers, at + HEADER);
  }

  free(): void {
    this.#message.free();
  }
}
