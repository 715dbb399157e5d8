/** Where the date goes; as long as every date. */
const NO_DATE = 'Thu, 01 Jan 1970 00:00:00 GMT';

/**
 * A reply that is said often, some of them in a row so that pipelined requests are answered at once. Its Date, which
 * RFC 9110 §6.6.1 asks for, is written once a second.
 */
export class DatedReply {
  readonly bytes: Uint8Array;
  /** Bytes of one. */
  readonly length: number;
  readonly #dateAt: number;
  #second = 0;

  /** @param status such as `200 OK`. @param headers whole lines. @param copies how many stand in a row. */
  constructor(status: string, headers: readonly string[], body: string, copies = 1) {
    const text = [`HTTP/1.1 ${status}`, `Date: ${NO_DATE}`, ...headers, '', body].join('\r\n');
    this.#dateAt = text.indexOf(NO_DATE);
    this.bytes = new TextEncoder().encode(text.repeat(copies));
    this.length = this.bytes.length / copies;
  }

  /** Sees to it that the date is right. @param second since 1970. */
  date(second: number): void {
    if (second === this.#second) return;
    this.#second = second;
    const date = new TextEncoder().encode(new Date(second * 1000).toUTCString());
    for (let at = this.#dateAt; at < this.bytes.length; at += this.length) this.bytes.set(date, at);
  }
}
