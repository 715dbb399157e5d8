import { SOCKADDR_SIZE } from '../address.ts';
import { NativeMemory } from '../memory/memory.ts';

// struct io_uring_recvmsg_out: lengths of the peer's name, of ancillary data and of the payload, and flags.
const HEADER = 16;
const PAYLOAD_LENGTH = 8;
/** Room for the sender's address, rounded up so that the payload starts at a multiple of 8. */
const NAME = (SOCKADDR_SIZE + 7) & ~7;

// struct msghdr on 64-bit Linux, recvmsg(2).
const MESSAGE = 56;
const MESSAGE_NAME_LENGTH = 8;

/**
 * The layout in which {@link SubmissionQueue.recvmsgMultishot} stores a datagram in a buffer: header, sender, payload.
 */
export class DatagramLayout {
  /** Offset of the sender's address in a buffer. */
  static readonly peer = HEADER;
  /** Bytes of a buffer that are not available to the payload. */
  static readonly overhead = HEADER + NAME;
  readonly #message = new NativeMemory(MESSAGE);

  constructor() {
    this.#message.uint32[MESSAGE_NAME_LENGTH >> 2] = NAME;
  }

  /** Address of the struct msghdr that describes the layout; for system calls only. It must outlive its operations. */
  get address(): number {
    return this.#message.address;
  }

  /** Returns the length of the datagram in the buffer at `at`. */
  lengthAt(buffers: NativeMemory, at: number): number {
    return buffers.uint32[(at + PAYLOAD_LENGTH) >> 2] as number;
  }

  /** Returns the length of its sender's address; 0 when there is no sender, as after shutdown(2) of the socket. */
  peerLengthAt(buffers: NativeMemory, at: number): number {
    return buffers.uint32[at >> 2] as number;
  }

  free(): void {
    this.#message.free();
  }
}
