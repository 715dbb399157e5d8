import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { send } from '../../../sockets/socket.ts';
import { writeLine } from './lines.ts';

/** Maximum bytes of lines that one send(2) carries; or a single line that is longer. */
const OUTBOX_BYTES = 65_536;

/** The lines that each connection of a chat still has to send: consecutive numbers, the first perhaps sent in part. */
export class UnsentLines {
  readonly #size: number;
  readonly #outbox: NativeMemory;
  // By connection: the number of the first line, how many lines, and how many bytes of the first were sent.
  readonly #first: Int32Array;
  readonly #count: Int32Array;
  readonly #sentBytes: Int32Array;

  /** @param size of a line, in bytes. */
  constructor(connections: number, size: number) {
    this.#size = size;
    this.#outbox = new NativeMemory(Math.max(OUTBOX_BYTES, size));
    this.#first = new Int32Array(connections);
    this.#count = new Int32Array(connections);
    this.#sentBytes = new Int32Array(connections);
  }

  /** Returns how many lines a connection has to send, the one that was sent in part included. */
  count(c: number): number {
    return this.#count[c] as number;
  }

  /** Returns the number of the first of them. */
  first(c: number): number {
    return this.#first[c] as number;
  }

  /** Reports whether the first of them was sent in part. */
  isPartlySent(c: number): boolean {
    return this.#sentBytes[c] !== 0;
  }

  /** Appends a line. Numbers of one connection are consecutive. */
  add(c: number, number: number): void {
    if (this.#count[c] === 0) this.#first[c] = number;
    this.#count[c] = (this.#count[c] as number) + 1;
  }

  /** Removes the first line, of which nothing was sent. */
  removeFirst(c: number): void {
    this.#first[c] = (this.#first[c] as number) + 1;
    this.#count[c] = (this.#count[c] as number) - 1;
  }

  /** Removes all lines of a connection, also one that was sent in part. */
  clear(c: number): void {
    this.#count[c] = 0;
    this.#sentBytes[c] = 0;
  }

  /**
   * Sends as many lines as one send(2) carries. They stay until {@link remove} is called with the number of bytes.
   * @returns bytes that the kernel took, or a negative errno.
   */
  send(c: number, fd: number): number {
    const size = this.#size;
    const first = this.#first[c] as number;
    const lines = Math.min(this.#count[c] as number, Math.max(1, Math.floor(OUTBOX_BYTES / size)));
    for (let i = 0; i < lines; i++) writeLine(this.#outbox.bytes, i * size, size, c, first + i);
    const skipped = this.#sentBytes[c] as number;
    return send(fd, this.#outbox, skipped, lines * size - skipped);
  }

  /** Returns how many lines begin within the next `bytes` bytes. The first of them is {@link firstBegun}. */
  begunWithin(c: number, bytes: number): number {
    const skipped = this.#sentBytes[c] as number;
    return Math.ceil((skipped + bytes) / this.#size) - Math.ceil(skipped / this.#size);
  }

  /** Returns the number of the first line of which nothing was sent. */
  firstBegun(c: number): number {
    return (this.#first[c] as number) + (this.#sentBytes[c] === 0 ? 0 : 1);
  }

  /** Removes what the kernel took. */
  remove(c: number, bytes: number): void {
    const sent = (this.#sentBytes[c] as number) + bytes;
    const whole = Math.floor(sent / this.#size);
    this.#sentBytes[c] = sent % this.#size;
    this.#first[c] = (this.#first[c] as number) + whole;
    this.#count[c] = (this.#count[c] as number) - whole;
  }

  free(): void {
    this.#outbox.free();
  }
}
