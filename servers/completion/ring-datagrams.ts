import { check, ENOBUFS } from '../../sockets/errors/errno.ts';
import { checkDatagramSent, datagramRetry } from '../../sockets/errors/retry.ts';
import type { NativeMemory } from '../../sockets/memory/memory.ts';
import { POLLHUP } from '../../sockets/polling/poll.ts';
import type { PeerAddress } from '../../sockets/socket.ts';
import { DatagramLayout } from '../../sockets/uring/datagram-layout.ts';
import type { DatagramApp, DatagramReply } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import { HeldDatagrams, type PeerSource } from '../sending/delayed-datagrams.ts';
import { soonest } from '../timing/waiting-connections.ts';
import { type InboxSize, ServerRing } from './turn-ring.ts';

const RECEIVE = 0;
const SEND = 1;
const WATCH = 2;
const PAUSE = 3;

/**
 * Holds the largest UDP datagram: 65,507 bytes, udp(7). Most datagrams are small and touch one page of their buffer.
 */
const INBOX: InboxSize = { buffers: 256, bufferSize: 65_536 + DatagramLayout.overhead };

/** Sender of the datagram being answered. */
class Sender implements PeerSource {
  readonly memory: NativeMemory;
  offset = 0;
  length = 0;

  constructor(memory: NativeMemory) {
    this.memory = memory;
  }

  copyPeer(_slot: number, peer: PeerAddress): void {
    peer.memory.bytes.set(this.memory.bytes.subarray(this.offset, this.offset + this.length));
    peer.length = this.length;
  }
}

/**
 * Answers datagrams over io_uring. One multishot operation receives them, and the call that waits for the next ones
 * submits all replies. Replies that the kernel refuses are lost, as UDP allows.
 */
export class RingDatagrams implements DatagramReply {
  readonly #fd: number;
  readonly #app: DatagramApp;
  readonly #ring: ServerRing;
  readonly #layout: DatagramLayout;
  readonly #sender: Sender;
  readonly #held: HeldDatagrams;
  #waitNanos = 0;
  /** Whether a send in flight uses the buffer of the datagram being answered. */
  #isHeldBySend = false;

  /** @throws {SystemError} where io_uring is not available. */
  constructor(fd: number, app: DatagramApp, inbox = INBOX) {
    this.#fd = fd;
    this.#app = app;
    this.#held = new HeldDatagrams(fd);
    this.#ring = new ServerRing(inbox);
    // Only after the ring exists: memory that a constructor allocates is lost when it throws.
    this.#layout = new DatagramLayout();
    this.#sender = new Sender(this.#ring.inbox.data);
    this.#receive();
    this.#watch();
  }

  /**
   * Waits for datagrams, and answers them.
   * @param timeoutNanos maximum wait; -1 waits forever.
   * @throws {SystemError} when none can come any more, or the ring is unusable.
   */
  serve(timeoutNanos = -1): void {
    const { completions } = this.#ring;
    const heldMs = this.#held.sendDue();
    const came = this.#ring.beginTurn(soonest(timeoutNanos, heldMs < 0 ? -1 : Math.ceil(heldMs * 1e6)));
    for (let i = 0; i < came; i++) {
      const kind = completions.kindAt(i);
      if (kind === RECEIVE) this.#handleReceive(i);
      else if (kind === SEND) checkDatagramSent(completions.resultAt(i), 'sendto');
      else if (kind === WATCH) this.#handleWatch(i);
      else if (kind === PAUSE) this.#receive();
    }
    this.#ring.endTurn(came);
  }

  close(): void {
    this.#ring.close();
    this.#layout.free();
    this.#held.free();
  }

  wait(nanos: number): void {
    this.#waitNanos += nanos;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#waitNanos > 0) {
      this.#held.hold(bytes.subarray(start, end), this.#sender, 0, performance.now() + this.#waitNanos / 1e6);
      return;
    }
    const { inbox, outbox, submissions } = this.#ring;
    const length = end - start;
    // The buffer contains the address, which must stay until the reply is sent, and for an echo the bytes, too.
    this.#isHeldBySend = true;
    if (bytes === inbox.data.bytes) {
      submissions.sendTo(this.#fd, inbox.data, start, length, this.#sender, SEND);
      return;
    }
    let at = this.#ring.place(bytes, start, end);
    if (at < 0) {
      this.#ring.flushOutbox();
      at = this.#ring.place(bytes, start, end);
    }
    // If it does not fit into an empty outbox, it does not fit into a datagram either.
    if (at >= 0) submissions.sendTo(this.#fd, outbox, at, length, this.#sender, SEND);
  }

  #handleReceive(i: number): void {
    const { completions, inbox } = this.#ring;
    const buffer = completions.bufferAt(i);
    if (buffer >= 0) {
      this.#isHeldBySend = false;
      if (completions.resultAt(i) > 0) this.#answer(buffer * inbox.size);
      if (this.#isHeldBySend) this.#ring.releaseLater(buffer);
      else inbox.release(buffer);
    }
    if (!completions.hasMore(i)) this.#receiveAgain(completions.resultAt(i));
  }

  /**
   * Restarts receiving after it has ended.
   * @throws {SystemError} when none can come any more, for example when the descriptor is not a socket.
   */
  #receiveAgain(result: number): void {
    // No buffer was free: buffers are released in this turn.
    const retry = result >= 0 || result === -ENOBUFS ? 'now' : datagramRetry(result, 'recvmsg');
    if (retry === 'now') this.#receive();
    else this.#ring.submissions.timeout(SHORTAGE_NANOS, PAUSE, 0);
  }

  #handleWatch(i: number): void {
    const { completions } = this.#ring;
    check(completions.resultAt(i), 'poll');
    if (!completions.hasMore(i)) this.#watch();
  }

  #answer(at: number): void {
    const { data } = this.#ring.inbox;
    const sender = this.#sender;
    sender.offset = at + DatagramLayout.peer;
    sender.length = this.#layout.peerLengthAt(data, at);
    // After shutdown(2), a receive returns 0 bytes and no sender.
    if (sender.length === 0) return;
    const start = at + DatagramLayout.overhead;
    this.#waitNanos = 0;
    this.#app.datagram(data.bytes, start, start + this.#layout.lengthAt(data, at), this);
  }

  #receive(): void {
    this.#ring.submissions.recvmsgMultishot(this.#fd, this.#layout, this.#ring.group, RECEIVE, 0);
  }

  /** A pending receive of datagrams does not complete when the socket is shut down, so the loop polls for POLLHUP. */
  #watch(): void {
    this.#ring.submissions.pollMultishot(this.#fd, POLLHUP, WATCH, 0);
  }
}
