import { DatagramBatch } from '../sockets/batch.ts';
import { NativeMemory } from '../sockets/memory.ts';
import { checkDatagramSent, datagramRetry } from '../sockets/retry.ts';
import { MSG_DONTWAIT } from '../sockets/socket.ts';
import { SHORTAGE_NANOS } from './accepting.ts';
import type { App, DatagramReply } from './apps/app.ts';
import { HeldDatagrams } from './held-datagrams.ts';
import { pause } from './pause.ts';

/** Datagrams taken with one system call. */
const BATCH = 64;
/**
 * Holds the largest UDP datagram: 65,507 bytes, udp(7). Not a power of two: the beginnings of all slots, which is where
 * small datagrams are, would contend for a single set of the CPU's caches.
 */
const SLOT_SIZE = 65_600;

/**
 * Answers datagrams many at a time on a non-blocking socket: recvmmsg(2), the app, sendmmsg(2).
 * Replies that the kernel refuses are lost, as UDP allows.
 */
export class DatagramBatches implements DatagramReply {
  readonly #fd: number;
  readonly #app: App;
  readonly #batch = new DatagramBatch(BATCH, SLOT_SIZE, { withPeers: true });
  #outbox: NativeMemory | undefined;
  /** The slot being answered. */
  #slot = 0;
  /** Slots `#first` up to `#slot` hold replies not yet sent. */
  #first = 0;
  #inPlace = false;
  #waitNanos = 0;
  readonly #held: HeldDatagrams;

  constructor(fd: number, app: App) {
    this.#fd = fd;
    this.#app = app;
    this.#held = new HeldDatagrams(fd);
  }

  /**
   * Answers what has come, at most one batch; blocks only for a moment, when the kernel is short of memory.
   * @throws {SystemError} when nothing can come any more: the descriptor is no socket.
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

  /** Sends the replies that waited and are due. @returns milliseconds until the next is, or -1 when none waits. */
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
    // An echo answers with its own slot: no copy, and the whole run leaves in one call.
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

  /** Gives the memory back. */
  free(): void {
    this.#batch.free();
    this.#outbox?.free();
    this.#held.free();
  }

  #sendRun(end: number): void {
    while (this.#first < end) {
      const sent = this.#batch.send(this.#fd, MSG_DONTWAIT, this.#first, end - this.#first);
      checkDatagramSent(sent, 'sendmmsg');
      // The first reply of the run can't be sent, be its peer unreachable or the socket full: it is lost.
      this.#first += sent > 0 ? sent : 1;
    }
  }
}
