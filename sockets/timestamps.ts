import { libc, outcome } from './libc.ts';
import { NativeMemory } from './memory/memory.ts';

/**
 * Reads the time at which the kernel received data: SO_TIMESTAMPNS, socket(7). It arrives as ancillary data: a struct
 * timespec of CLOCK_REALTIME.
 */

// struct msghdr on 64-bit Linux, recvmsg(2).
const MESSAGE = 56;
const IOV = 16;
const IOV_COUNT = 24;
const CONTROL = 32;
export const CONTROL_LENGTH = 40;
/** Room for a control message, a cmsg(3) header of 16 bytes and a timespec of 16, and as much again. */
export const CONTROL_SIZE = 64;

const SOL_SOCKET = 1;
const SCM_TIMESTAMPNS = 35;
/** Length of a control message with a timespec: cmsg_len. */
const STAMP_LENGTH = 32;

/**
 * Returns the whole seconds of the timestamp in ancillary data, since 1970; 0 when it contains no timestamp.
 * @param at byte offset, a multiple of 8.
 * @param length bytes that the kernel wrote there.
 */
export function stampSeconds(control: NativeMemory, at: number, length: number): number {
  if (length < STAMP_LENGTH) return 0;
  const words = control.uint32;
  const word = at >> 2;
  if (words[word + 2] !== SOL_SOCKET || words[word + 3] !== SCM_TIMESTAMPNS) return 0;
  // The lower half is enough until 2106.
  return words[word + 4] as number;
}

/** Returns the nanoseconds within that second. */
export function stampNanos(control: NativeMemory, at: number): number {
  return control.uint32[(at >> 2) + 6] as number;
}

/** Receives from sockets with SO_TIMESTAMPNS set, and keeps the kernel's timestamp of the last receive. */
export class TimestampedReceiver {
  /** When the kernel received the last bytes, in whole seconds since 1970; 0 without a timestamp. */
  seconds = 0;
  nanos = 0;
  readonly #header = new NativeMemory(MESSAGE + 16 + CONTROL_SIZE);
  readonly #control = MESSAGE + 16;
  readonly #memory: NativeMemory;
  readonly #size: number;

  /** @param memory receive buffer, used from its start up to its full size. */
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

  /**
   * Receives once: recvmsg(2).
   * @returns bytes received, 0 when the peer has finished sending, or a negated errno.
   * @throws {RangeError} when the memory was freed.
   */
  receive(fd: number): number {
    // The memory belongs to the caller, who may have freed it.
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

  /** Frees its own memory, but not the receive buffer. */
  free(): void {
    this.#header.free();
  }
}
