import { SOCKADDR_SIZE } from './address.ts';
import { NativeMemory } from './memory.ts';

// struct io_uring_recvmsg_out: lengths of the peer's name, of ancillary data and of the bytes, and flags.
const HEADER = 16;
const PAYLOAD_LENGTH = 8;
/** Room for the sender, such that what follows begins at a multiple of 8. */
const NAME = (SOCKADDR_SIZE + 7) & ~7;

// struct msghdr on 64-bit Linux, recvmsg(2).
const MESSAGE = 56;
const MESSAGE_NAME_LENGTH = 8;

/** How {@link SubmissionQueue.recvmsgMultishot} fills a buffer with a datagram: a header, who sent it, and its bytes. */
export class DatagramLayout {
  /** Where a buffer has the sender's address. */
  static readonly peer = HEADER;
  /** Bytes of a buffer that are not for what was received. */
  static readonly overhead = HEADER + NAME;
  readonly #message = new NativeMemory(MESSAGE);

  constructor() {
    this.#message.uint32[MESSAGE_NAME_LENGTH >> 2] = NAME;
  }

  /** Of the struct msghdr that says so; meaningful to this floor only. It must stay while operations use it. */
  get address(): number {
    return this.#message.address;
  }

  /** Bytes of the datagram in the buffer at `at`. */
  lengthAt(buffers: NativeMemory, at: number): number {
    return buffers.uint32[(at + PAYLOAD_LENGTH) >> 2] as number;
  }

  /** Bytes of its sender's address; 0 when it came from nobody, as from a socket that was shut down. */
  peerLengthAt(buffers: NativeMemory, at: number): number {
    return buffers.uint32[at >> 2] as number;
  }

  free(): void {
    this.#message.free();
  }
}
