/** Placeholder for the date, of the same length as every date. */
const NO_DATE = 'Thu, 01 Jan 1970 00:00:00 GMT';

/**
 * A reply that is sent often, with copies in a row to answer pipelined requests at once. Its Date header (RFC 9110
 * §6.6.1) is rewritten at most once a second.
 */
export class DatedReply {
  readonly bytes: Uint8Array;
  /** Length of one copy in bytes. */
  readonly length: number;
  readonly #dateAt: number;
  #second = 0;

  /** @param status such as `200 OK`. @param headers whole lines. @param copies number of copies in a row. */
  constructor(status: string, headers: readonly string[], body: string, copies = 1) {
    const text = [`HTTP/1.1 ${status}`, `Date: ${NO_DATE}`, ...headers, '', body].join('\r\n');
    this.#dateAt = text.indexOf(NO_DATE);
    this.bytes = new TextEncoder().encode(text.repeat(copies));
    this.length = this.bytes.length / copies;
  }

  /** Updates the date in all copies. @param second since 1970. */
  date(second: number): void {
    if (second === this.#second) return;
    this.#second = second;
    const date = new TextEncoder().encode(new Date(second * 1000).toUTCString());
    for (let at = this.#dateAt; at < this.bytes.length; at += this.length) this.bytes.set(date, at);
  }
}
