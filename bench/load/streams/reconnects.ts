/** Delay before a connection that could not be opened is tried again. */
const RETRY_NANOS = 10e6;

/** Schedules retries of connections that broke or could not be opened. */
export class Reconnects {
  /** Number of connections that wait. */
  count = 0;
  /** When each connection is to be tried, in monotonic nanoseconds; 0 for those that do not wait. */
  readonly #at: Float64Array;

  constructor(connections: number) {
    this.#at = new Float64Array(connections);
  }

  add(connection: number, now: number): void {
    this.#at[connection] = now + RETRY_NANOS;
    this.count++;
  }

  has(connection: number): boolean {
    return this.#at[connection] !== 0;
  }

  /** Removes a connection when its time has come. @returns whether it had. */
  take(connection: number, now: number): boolean {
    const at = this.#at[connection] as number;
    if (at === 0 || at > now) return false;
    this.#at[connection] = 0;
    this.count--;
    return true;
  }
}
