import type { MemoryPool } from '../sending/memory-pool.ts';
import { Backlog } from '../sending/unsent-bytes.ts';
import type { StreamRing } from './stream-ring.ts';

/** The receiving side of a connection on a ring: its request to receive, and input that the session has not got yet. */
export class ConnectionInput {
  readonly #fd: number;
  readonly #ring: Pick<StreamRing<never>, 'receive' | 'stopReceiving'>;
  /** Bytes received while a send waited or the app delayed an answer. */
  readonly pending: Backlog;
  /** The peer's FIN has come, but `finish` of the session has not been called. */
  hasFin = false;
  isReceiving = false;
  #isStopping = false;

  constructor(fd: number, ring: Pick<StreamRing<never>, 'receive' | 'stopReceiving'>, pool: MemoryPool) {
    this.#fd = fd;
    this.#ring = ring;
    this.pending = new Backlog(pool);
  }

  /** Whether the session has input or FIN to get. */
  get isPending(): boolean {
    return this.pending.length > 0 || this.hasFin;
  }

  /** Receives until {@link stop} or the end of the stream. */
  start(): void {
    this.isReceiving = true;
    this.#ring.receive(this.#fd);
  }

  /** Asks for the end of receiving, which {@link ended} reports. */
  stop(): void {
    if (this.#isStopping || !this.isReceiving) return;
    this.#isStopping = true;
    this.#ring.stopReceiving(this.#fd);
  }

  /** Records the end of receiving. @param atFin true after the peer's FIN. */
  ended(atFin: boolean): void {
    this.isReceiving = false;
    this.#isStopping = false;
    if (atFin) this.hasFin = true;
  }

  /** Returns the memory to the pool. */
  free(): void {
    this.pending.clear();
  }
}
