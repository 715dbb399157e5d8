import { ExpectedBody } from './expected-body.ts';
import type { HttpRequest } from './request.ts';
import { ResponseHead } from './response-head.ts';

/** Longest head that is kept to recognise the next one. */
const MAX_KEPT_HEAD = 2048;
/** After this number of different heads in a row, only one in this number is kept and compared. */
const PATIENCE = 16;

/** The expected replies to one kind of request. */
export class ReplyKind {
  /** True for HEAD, whose replies have no body. */
  readonly bodiless: boolean;
  readonly body: ExpectedBody;
  readonly #isExpected = new Uint8Array(1000);
  readonly #head = Buffer.alloc(MAX_KEPT_HEAD);
  #headLength = 0;
  /** Number of heads in a row that differed from the one before. */
  #misses = 0;
  /** The kept head, as saved by {@link ResponseHead.save}. */
  readonly #parsed = new Float64Array(ResponseHead.SAVED);

  constructor({ method, expectStatus, expectBody }: HttpRequest) {
    this.bodiless = method === 'HEAD';
    this.body = new ExpectedBody(expectBody);
    if (expectStatus === undefined) this.#isExpected.fill(1, 200, 300);
    else for (const status of expectStatus) this.#isExpected[status] = 1;
  }

  expects(status: number): boolean {
    return this.#isExpected[status] === 1;
  }

  /**
   * Compares bytes with the last head that was parsed. Most servers send the same head until the second in Date
   * changes, and memcmp(3) is ten times as fast as parsing. The same bytes are parsed with the same result.
   * @returns the length of the head, with its values in `into`; 0 when the head differs.
   */
  recognise(into: ResponseHead, bytes: Uint8Array, at: number, end: number): number {
    const length = this.#headLength;
    if (length === 0 || end - at < length) return 0;
    if (this.#head.compare(bytes, at, at + length, 0, length) !== 0) {
      // Unusable: most replies differ, or the server changed its head.
      this.#headLength = 0;
      return 0;
    }
    this.#misses = 0;
    into.load(this.#parsed, 0);
    return length;
  }

  /** Keeps a head that was parsed. */
  keep(parsed: ResponseHead, bytes: Uint8Array, at: number, end: number): void {
    this.#misses++;
    if (end - at > MAX_KEPT_HEAD || (this.#misses > PATIENCE && this.#misses % PATIENCE !== 0)) return;
    this.#headLength = end - at;
    for (let i = 0; i < end - at; i++) this.#head[i] = bytes[at + i] as number;
    parsed.save(this.#parsed, 0);
  }
}
