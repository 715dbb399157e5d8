import type { NativeMemory } from '../memory/memory.ts';
import { TlsError } from './failure.ts';
import { openssl } from './openssl.ts';

const BIO_CTRL_RESET = 1;
const BIO_CTRL_PENDING = 10;

/**
 * The bytes that TLS connections exchange with their sockets: two memory BIOs, BIO_s_mem(3), which all connections of a
 * thread share. A connection leaves both empty after each use: it reads until nothing is left, and what it wrote is
 * taken at once. So a connection needs no memory for them. uSockets shares its BIOs in the same way.
 */
export class TlsWire {
  /** For OpenSSL's functions only. */
  readonly incoming: number;
  readonly outgoing: number;
  readonly #ssl = openssl();
  #freed = false;

  constructor() {
    this.incoming = this.#ssl.BIO_new(this.#ssl.BIO_s_mem());
    this.outgoing = this.#ssl.BIO_new(this.#ssl.BIO_s_mem());
  }

  /** Adds received bytes: BIO_write(3). @throws {RangeError} when they are outside the memory. */
  feed(memory: NativeMemory, offset: number, length: number): void {
    const address = memory.addressOf(offset, length, 'BIO_write');
    if (this.#ssl.BIO_write(this.incoming, address, length) !== length) throw new TlsError('BIO_write: out of memory');
  }

  /**
   * Moves the bytes to be sent to `offset` and beyond: BIO_read(3).
   * @returns how many.
   * @throws {RangeError} when the memory is too small for all of them.
   */
  take(memory: NativeMemory, offset: number): number {
    const room = memory.size - offset;
    const taken = this.#ssl.BIO_read(this.outgoing, memory.addressOf(offset, room, 'BIO_read'), room);
    if (taken === room && this.#ssl.BIO_ctrl(this.outgoing, BIO_CTRL_PENDING, 0, 0) > 0) {
      throw new RangeError(`BIO_read: the bytes to be sent do not fit into ${room} bytes of memory`);
    }
    return taken > 0 ? taken : 0;
  }

  /** Discards received bytes that a connection did not read, because it ended. */
  discard(): void {
    this.#ssl.BIO_ctrl(this.incoming, BIO_CTRL_RESET, 0, 0);
  }

  /** Call it after the connections are freed. A second call does nothing. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#ssl.BIO_free(this.incoming);
    this.#ssl.BIO_free(this.outgoing);
  }
}
