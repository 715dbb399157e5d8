import { DatagramBatch } from '../../sockets/batch.ts';
import { checkDatagramSent, datagramRetry } from '../../sockets/errors/retry.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { MSG_DONTWAIT } from '../../sockets/socket.ts';
import type { DatagramApp, DatagramReply } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import { HeldDatagrams } from '../sending/delayed-datagrams.ts';
import { pause } from '../timing/block-for.ts';

/** Maximum of datagrams received with one system call. */
const BATCH = 64;
/**
 * Holds the largest UDP datagram: 65,507 bytes, udp(7). Not a power of two: small datagrams are at the beginnings of
 * the slots, and all of these would compete for a single set of the CPU's caches.
 */
const SLOT_SIZE = 65_600;

/**
 * Answers datagrams in batches on a non-blocking socket: recvmmsg(2), the app, sendmmsg(2). Replies that the kernel
 * refuses are lost, as UDP allows.
 */
export class DatagramBatches implements DatagramReply {
  readonly #fd: number;
  readonly #app: DatagramApp;
  readonly #batch = new DatagramBatch(BATCH, SLOT_SIZE, { withPeers: true });
  #outbox: NativeMemory | undefined;
  /** The slot being answered. */
  #slot = 0;
  /** Slots `#first` up to `#slot` hold unsent replies. */
  #first = 0;
  #inPlace = false;
  #waitNanos = 0;
  readonly #held: HeldDatagrams;

  constructor(fd: number, app: DatagramApp) {
    this.#fd = fd;
    this.#app = app;
    this.#held = new HeldDatagrams(fd);
  }

  /**
   * Answers the datagrams that have come, at most one batch. Blocks only when the kernel is short of memory, and
   * briefly.
   * @throws {SystemError} when none can come any more, for example when the descriptor is not a socket.
   */
  answer(): void {
    const received = this.#batch.receive(this.#fd, MSG_DONTWAIT);
    if (received < 0 && datagramRetry(received, 'recvmmsg') === 'later') pause(SHORTAGE_NANOS);
    this.#first = 0;
    for (this.#slot = 0; this.#slot < received; this.#slot++) {
      const start = this.#slot * SLOT_SIZE;
      this.#inPlace = false;
      this.#waitNanos = 0;
      this.#app.datagram(this.#batch.data.bytes, start, start + this.#batch.receivedLength(this.#slot), this);
      if (this.#inPlace) continue;
      // Nothing of this slot is left to send: the run of slots that sendmmsg can take ends here.
      this.#sendRun(this.#slot);
      this.#first = this.#slot + 1;
    }
    if (received > 0) this.#sendRun(received);
  }

  /** Sends the delayed replies that are due. @returns milliseconds until the next is due, or -1 when none is left. */
  sendDue(): number {
    return this.#held.sendDue();
  }

  wait(nanos: number): void {
    this.#waitNanos += nanos;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#waitNanos > 0) {
      this.#held.hold(bytes.subarray(start, end), this.#batch, this.#slot, performance.now() + this.#waitNanos / 1e6);
      return;
    }
    const { data } = this.#batch;
    // An echo is sent from its own slot: no copy, and one call sends the whole run.
    if (!this.#inPlace && bytes === data.bytes && start === this.#slot * SLOT_SIZE) {
      this.#inPlace = true;
      this.#batch.setLength(this.#slot, end - start);
      return;
    }
    this.#outbox ??= new NativeMemory(SLOT_SIZE);
    this.#outbox.bytes.set(bytes.subarray(start, end));
    const sent = this.#batch.sendTo(this.#slot, this.#fd, MSG_DONTWAIT, this.#outbox, 0, end - start);
    checkDatagramSent(sent, 'sendto');
  }

  /** Frees the memory. */
  free(): void {
    this.#batch.free();
    this.#outbox?.free();
    this.#held.free();
  }

  #sendRun(end: number): void {
    while (this.#first < end) {
      const sent = this.#batch.send(this.#fd, MSG_DONTWAIT, this.#first, end - this.#first);
      checkDatagramSent(sent, 'sendmmsg');
      // The first reply of the run is lost, because its peer is unreachable or the socket buffer is full.
      this.#first += sent > 0 ? sent : 1;
    }
  }
}
