import { equalBytes } from '../bytes.ts';

/** Maximum number of bytes of a first body that are kept. Of the bytes beyond, only the number is compared. */
const MAX_KEPT = 16 * 1024 * 1024;

const ANY = 0;
const GIVEN = 1;
const SAME = 2;

/** The expected body of replies: any, a given one, or the same as the first. */
export class ExpectedBody {
  readonly #mode: number;
  #bytes: Buffer;
  /** Number of known bytes. */
  #known = 0;
  /** Length of the body; -1 while it is unknown. */
  #total = -1;

  /** @param body undefined for any. */
  constructor(body: Uint8Array | 'same' | undefined) {
    if (body === undefined || body === 'same') {
      this.#mode = body === undefined ? ANY : SAME;
      this.#bytes = Buffer.alloc(0);
      return;
    }
    this.#mode = GIVEN;
    this.#bytes = Buffer.from(body);
    this.#known = body.length;
    this.#total = body.length;
  }

  /**
   * Compares `length` bytes at `at` with the body from `offset`. While the first body is incomplete, on one connection
   * or several, the first byte that is received at an offset is the expected one.
   * @returns the number of expected bytes.
   */
  equal(bytes: Uint8Array, at: number, offset: number, length: number): number {
    if (this.#mode === ANY) return length;
    const comparable = Math.max(0, Math.min(length, this.#known - offset));
    const equal = equalBytes(bytes, at, this.#bytes, offset, comparable);
    if (equal < comparable || comparable === length) return equal;
    if (this.#total >= 0) return Math.max(0, Math.min(length, this.#total - offset));
    if (offset + comparable === this.#known) this.#learn(bytes, at + comparable, length - comparable);
    return length;
  }

  /** Reports whether the body ends at `offset`. */
  ends(offset: number): boolean {
    if (this.#mode === ANY) return true;
    if (this.#total < 0 && offset >= this.#known) this.#total = offset;
    return offset === this.#total;
  }

  /** Reports whether the expected body ends at `offset` or before. */
  exceeded(offset: number): boolean {
    return this.#total >= 0 && offset >= this.#total;
  }

  #learn(bytes: Uint8Array, at: number, length: number): void {
    const kept = Math.min(length, MAX_KEPT - this.#known);
    const needed = this.#known + kept;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, Math.min(MAX_KEPT, 2 * this.#bytes.length)));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(at, at + kept), this.#known);
    this.#known = needed;
  }
}
