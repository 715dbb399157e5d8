import { UnavailableError } from '../errors/errno.ts';
import { NativeMemory } from '../memory/memory.ts';
import { openssl } from './openssl.ts';

// Constants of openssl/bio.h.
const BIO_CTRL_RESET = 1;
const BIO_C_SET_BUF_MEM = 114;
const BIO_NOCLOSE = 0;
const BIO_FLAGS_MEM_RDONLY = 0x200;
const BIO_FLAGS_NONCLEAR_RST = 0x400;

// Offsets in `struct buf_mem_st` of openssl/buffer.h: length, data, max and flags, each of 8 bytes.
const LENGTH = 0;
const DATA = 8;
const MAX = 16;
const BUF_MEM_BYTES = 32;
const INCOMING = 0;
const OUTGOING = BUF_MEM_BYTES;

/** Written bytes after which the outbox is filled from its beginning again. */
const LAP_BYTES = 32_768;

/**
 * The bytes that TLS connections exchange with their sockets: two memory BIOs, BIO_s_mem(3), which all connections of a
 * thread share. A connection leaves them empty after each use, so it needs none of its own; uSockets shares BIOs, too.
 *
 * Their descriptions of memory, `BUF_MEM`, are in memory of ours, BIO_set_mem_buf(3). So OpenSSL reads where bytes were
 * received, and writes where they are sent from; and no call is needed to add received bytes, to take the written ones, or
 * to learn how many are left. That saves half of the calls of a request:
 *
 *     outbox   │ written earlier │ to be sent │          room for the next          │
 *              0               begin()     written    (a lap ends after 32 KiB)    size
 */
export class TlsWire {
  /** For OpenSSL's functions only. */
  readonly incoming: number;
  readonly outgoing: number;
  readonly outbox: NativeMemory;
  readonly #ssl = openssl();
  readonly #buffers: NativeMemory;
  #freed = false;

  /**
   * @param longest maximum number of bytes that are written between two calls of {@link begin}. OpenSSL must not write
   *   more: it would free the outbox, and write elsewhere.
   * @throws {UnavailableError} when memory BIOs do not work as expected here.
   */
  constructor(longest: number) {
    const ssl = this.#ssl;
    this.outbox = new NativeMemory(LAP_BYTES + longest);
    this.#buffers = new NativeMemory(2 * BUF_MEM_BYTES);
    this.#buffers.setUint64(OUTGOING + DATA, this.outbox.address);
    this.#buffers.setUint64(OUTGOING + MAX, this.outbox.size);
    [this.incoming, this.outgoing] = [ssl.BIO_new(ssl.BIO_s_mem()), ssl.BIO_new(ssl.BIO_s_mem())];
    ssl.BIO_ctrl(this.incoming, BIO_C_SET_BUF_MEM, BIO_NOCLOSE, this.#buffers.address + INCOMING);
    ssl.BIO_ctrl(this.outgoing, BIO_C_SET_BUF_MEM, BIO_NOCLOSE, this.#buffers.address + OUTGOING);
    // It is read through its own description then, in place of a copy.
    ssl.BIO_set_flags(this.incoming, BIO_FLAGS_MEM_RDONLY);
    // A reset does not overwrite the outbox with zeros then.
    ssl.BIO_set_flags(this.outgoing, BIO_FLAGS_NONCLEAR_RST);
    if (this.#works()) return;
    this.free();
    throw new UnavailableError(`TLS: the memory BIOs of ${ssl.OpenSSL_version(0)} are not as expected. Use OpenSSL 3.`);
  }

  /** Number of received bytes that were not read. */
  get left(): number {
    return this.#buffers.uint32[(INCOMING + LENGTH) >> 2] as number;
  }

  /** Position in the outbox after the last written byte. */
  get written(): number {
    return this.#buffers.uint32[(OUTGOING + LENGTH) >> 2] as number;
  }

  /** Passes received bytes to the next connection that reads. @throws {RangeError} when they are outside the memory. */
  feed(memory: NativeMemory, offset: number, length: number): void {
    this.#buffers.setUint64(INCOMING + DATA, memory.addressOf(offset, length, 'BIO_read'));
    this.#buffers.setUint64(INCOMING + LENGTH, length);
    this.#buffers.setUint64(INCOMING + MAX, length);
  }

  /** Discards received bytes that a connection did not read, because it ended. */
  discard(): void {
    this.#buffers.setUint64(INCOMING + LENGTH, 0);
  }

  /** Makes room for what is written next. @returns its position in the outbox. */
  begin(): number {
    if (this.written >= LAP_BYTES) this.#beginLap();
    return this.written;
  }

  /** Call it after the connections are freed. A second call does nothing. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#ssl.BIO_free(this.incoming);
    this.#ssl.BIO_free(this.outgoing);
    this.#buffers.free();
    this.outbox.free();
  }

  #beginLap(): void {
    this.#buffers.setUint64(OUTGOING + LENGTH, 0);
    this.#ssl.BIO_ctrl(this.outgoing, BIO_CTRL_RESET, 0, 0);
  }

  /** Reports whether both BIOs use their descriptions: OpenSSL documents how to set one, but not all that follows. */
  #works(): boolean {
    const { outbox } = this;
    outbox.bytes.set([1, 2, 3, 4]);
    this.feed(outbox, 0, 4);
    const read = this.#ssl.BIO_read(this.incoming, outbox.address + 8, 3);
    const isRead = read === 3 && this.left === 1 && outbox.bytes[10] === 3;
    this.discard();
    const isEmpty = this.#ssl.BIO_read(this.incoming, outbox.address + 8, 3) === -1;
    const [first, second] = [1, 2].map(() => this.#ssl.BIO_write(this.outgoing, outbox.address + 8, 3));
    const isWritten = first === 3 && second === 3 && this.written === 6 && outbox.bytes[5] === 3;
    this.#beginLap();
    return isRead && isEmpty && isWritten;
  }
}
