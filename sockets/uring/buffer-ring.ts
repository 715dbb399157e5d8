import { check } from '../errors/errno.ts';
import { MappedMemory } from '../memory/mapped-memory.ts';
import { checkIndex, NativeMemory } from '../memory/memory.ts';
import { Parts } from '../memory/parts.ts';
import type { Uring } from './uring.ts';

const IORING_REGISTER_PBUF_RING = 22;
const IORING_UNREGISTER_PBUF_RING = 23;

// struct io_uring_buf, 16 bytes: address, length, and the buffer's number. The first entry also holds the ring's tail.
const ENTRY = 16;
const LENGTH_WORD = 2;
const NUMBER_HALF = 6;
const TAIL_HALF = 7;
const TWO_32 = 2 ** 32;

/**
 * Provides buffers to the kernel, which takes one only when data has arrived. An operation that waits holds none.
 * Buffer b starts at `b * size` in {@link data}.
 */
export class BufferRing {
  readonly group: number;
  readonly size: number;
  readonly data: NativeMemory;
  readonly #uring: Uring;
  readonly #count: number;
  readonly #ring: MappedMemory;
  #tail = 0;

  /**
   * @param group number of the caller's choice, below 65,536, for {@link SubmissionQueue.recvMultishot}.
   * @param count number of buffers: a power of two, up to 32,768.
   * @param size size of each buffer in bytes.
   * @throws {SystemError} EEXIST when the ring already has this group, EINVAL when `count` is not a power of two.
   */
  constructor(uring: Uring, group: number, count: number, size: number) {
    this.#uring = uring;
    this.group = group;
    this.#count = count;
    this.size = size;
    const parts = new Parts();
    try {
      this.#ring = parts.own(new MappedMemory(count * ENTRY));
      this.data = parts.own(new NativeMemory(count * size));
      this.#register();
    } catch (error) {
      parts.free();
      throw error;
    }
    for (let buffer = 0; buffer < count; buffer++) this.#place(buffer, buffer);
    this.#tail = count;
    this.publish();
  }

  /**
   * Returns a buffer to the ring once its content has been read. The kernel may use it after {@link publish}.
   * @throws {RangeError} when there is no such buffer.
   */
  release(buffer: number): void {
    checkIndex(buffer, this.#count, 'buffer of a ring');
    const slot = this.#tail & (this.#count - 1);
    this.#tail = (this.#tail + 1) & 0xffff;
    // Buffers that return in the order in which the kernel took them find their entries already filled in.
    if (this.#ring.uint16[slot * 8 + NUMBER_HALF] !== buffer) this.#place(slot, buffer);
  }

  /** Makes the released buffers visible to the kernel. */
  publish(): void {
    Atomics.store(this.#ring.uint16, TAIL_HALF, this.#tail);
  }

  /**
   * Unregisters the ring and frees its memory. If operations may still use the buffers, close the {@link Uring} first.
   */
  free(): void {
    const registration = new NativeMemory(40);
    registration.uint32[3] = this.group;
    this.#uring.register(IORING_UNREGISTER_PBUF_RING, registration, 1);
    registration.free();
    this.#ring.free();
    this.data.free();
  }

  #place(slot: number, buffer: number): void {
    const address = this.data.address + buffer * this.size;
    const words = this.#ring.int32;
    words[slot * 4] = address | 0;
    words[slot * 4 + 1] = Math.floor(address / TWO_32);
    words[slot * 4 + LENGTH_WORD] = this.size;
    this.#ring.uint16[slot * 8 + NUMBER_HALF] = buffer;
  }

  /** Registers the ring: struct io_uring_buf_reg. */
  #register(): void {
    const registration = new NativeMemory(40);
    registration.setUint64(0, this.#ring.address);
    registration.uint32[2] = this.#count;
    registration.uint32[3] = this.group;
    const status = this.#uring.register(IORING_REGISTER_PBUF_RING, registration, 1);
    registration.free();
    check(status, 'io_uring_register');
  }
}
