import { libc, outcome } from './libc.ts';
import { NativeMemory } from './memory.ts';

/**
 * When the kernel received what a socket delivers: SO_TIMESTAMPNS, socket(7). The time comes as ancillary data, a
 * struct timespec of CLOCK_REALTIME.
 */

// struct msghdr on 64-bit Linux, recvmsg(2).
const MESSAGE = 56;
const IOV = 16;
const IOV_COUNT = 24;
const CONTROL = 32;
export const CONTROL_LENGTH = 40;
/** Room for one control message: cmsg(3) header of 16 bytes and a timespec of 16, twice over. */
export const CONTROL_SIZE = 64;

const SOL_SOCKET = 1;
const SCM_TIMESTAMPNS = 35;
/** A control message of a timespec: cmsg_len. */
const STAMP_LENGTH = 32;

/**
 * Whole seconds of the timestamp in a piece of ancillary data, since 1970; 0 when it holds none.
 * @param at byte offset, a multiple of 8. @param length bytes that the kernel wrote there.
 */
export function stampSeconds(control: NativeMemory, at: number, length: number): number {
  if (length < STAMP_LENGTH) return 0;
  const words = control.uint32;
  const word = at >> 2;
  if (words[word + 2] !== SOL_SOCKET || words[word + 3] !== SCM_TIMESTAMPNS) return 0;
  // The lower half: enough until 2106.
  return words[word + 4] as number;
}

/** Nanoseconds within that second. */
export function stampNanos(control: NativeMemory, at: number): number {
  return control.uint32[(at >> 2) + 6] as number;
}

/** Receives from sockets with SO_TIMESTAMPNS set, and keeps when the kernel got what was received last. */
export class TimestampedReceiver {
  /** When the last bytes received had arrived, in whole seconds since 1970; 0 when the kernel did not say. */
  seconds = 0;
  nanos = 0;
  readonly #header = new NativeMemory(MESSAGE + 16 + CONTROL_SIZE);
  readonly #control = MESSAGE + 16;
  readonly #memory: NativeMemory;
  readonly #size: number;

  /** @param memory where to receive to, from its beginning, as much as it holds. */
  constructor(memory: NativeMemory) {
    this.#memory = memory;
    this.#size = memory.size;
    const header = this.#header;
    header.setUint64(IOV, header.address + MESSAGE);
    header.setUint64(IOV_COUNT, 1);
    header.setUint64(CONTROL, header.address + this.#control);
    header.setUint64(MESSAGE, memory.address);
    header.setUint64(MESSAGE + 8, memory.size);
  }

  /** recvmsg(2). @returns bytes received, 0 when the peer has finished sending, or a negated errno. @throws {RangeError} when the memory was freed. */
  receive(fd: number): number {
    // It is the caller's, who may have freed it.
    this.#memory.addressOf(0, this.#size, 'recvmsg');
    const words = this.#header.uint32;
    words[CONTROL_LENGTH >> 2] = CONTROL_SIZE;
    const received = libc().recvmsg(fd, this.#header.address, 0);
    if (received > 0) {
      this.seconds = stampSeconds(this.#header, this.#control, words[CONTROL_LENGTH >> 2] as number);
      this.nanos = stampNanos(this.#header, this.#control);
    }
    return outcome(received);
  }

  /** Frees its own memory, not the one that was received to. */
  free(): void {
    this.#header.free();
  }
}
