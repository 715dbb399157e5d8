import { DatagramLayout } from '../sockets/datagram-layout.ts';
import { check, ENOBUFS } from '../sockets/errno.ts';
import type { NativeMemory } from '../sockets/memory.ts';
import { POLLHUP } from '../sockets/poll.ts';
import { checkDatagramSent, datagramRetry } from '../sockets/retry.ts';
import type { PeerAddress } from '../sockets/socket.ts';
import { SHORTAGE_NANOS } from './accepting.ts';
import type { App, DatagramReply } from './apps/app.ts';
import { HeldDatagrams, type PeerSource } from './held-datagrams.ts';
import { type InboxSize, ServerRing } from './server-ring.ts';
import { soonest } from './waiting-connections.ts';

const RECEIVE = 0;
const SEND = 1;
const WATCH = 2;
const PAUSE = 3;

/** Holds the largest UDP datagram: 65,507 bytes, udp(7). Most are small, and touch a page of theirs. */
const INBOX: InboxSize = { buffers: 256, bufferSize: 65_536 + DatagramLayout.overhead };

/** Who sent the datagram that is being answered. */
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
 * Answers datagrams in a ring: they come without being asked for each time, and all replies are handed over by the call
 * that waits for the next ones. Replies that the kernel refuses are lost, as UDP allows.
 */
export class RingDatagrams implements DatagramReply {
  readonly #fd: number;
  readonly #app: App;
  readonly #ring: ServerRing;
  readonly #layout: DatagramLayout;
  readonly #sender: Sender;
  readonly #held: HeldDatagrams;
  #waitNanos = 0;
  /** The buffer of the datagram being answered is being sent. */
  #lending = false;

  /** @throws {SystemError} where there is no ring to be had. */
  constructor(fd: number, app: App, inbox = INBOX) {
    this.#fd = fd;
    this.#app = app;
    this.#held = new HeldDatagrams(fd);
    this.#ring = new ServerRing(inbox);
    // Only now that there is a ring: what a constructor allocates is lost when it throws.
    this.#layout = new DatagramLayout();
    this.#sender = new Sender(this.#ring.inbox.data);
    this.#receive();
    this.#watch();
  }

  /**
   * Waits until datagrams have come, at most so long, and answers them. @param timeoutNanos -1 is for ever.
   * @throws {SystemError} when none can come any more, or the ring is unusable.
   */
  serve(timeoutNanos = -1): void {
    const { completions } = this.#ring;
    const heldMs = this.#held.sendDue();
    const came = this.#ring.beginTurn(soonest(timeoutNanos, heldMs < 0 ? -1 : Math.ceil(heldMs * 1e6)));
    for (let i = 0; i < came; i++) {
      const kind = completions.kindAt(i);
      if (kind === RECEIVE) this.#tellOfReceive(i);
      else if (kind === SEND) checkDatagramSent(completions.resultAt(i), 'sendto');
      else if (kind === WATCH) this.#tellOfWatch(i);
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
    // Its address is needed there until the reply is gone, and for an echo its bytes.
    this.#lending = true;
    if (bytes === inbox.data.bytes) {
      submissions.sendTo(this.#fd, inbox.data, start, length, this.#sender, SEND);
      return;
    }
    let at = this.#ring.place(bytes, start, end);
    if (at < 0) {
      this.#ring.flushOutbox();
      at = this.#ring.place(bytes, start, end);
    }
    // It does not fit where nothing else is: no datagram would hold it either.
    if (at >= 0) submissions.sendTo(this.#fd, outbox, at, length, this.#sender, SEND);
  }

  #tellOfReceive(i: number): void {
    const { completions, inbox } = this.#ring;
    const buffer = completions.bufferAt(i);
    if (buffer >= 0) {
      this.#lending = false;
      if (completions.resultAt(i) > 0) this.#answer(buffer * inbox.size);
      if (this.#lending) this.#ring.lend(buffer);
      else inbox.release(buffer);
    }
    if (!completions.hasMore(i)) this.#receiveAgain(completions.resultAt(i));
  }

  /** Receiving has ended. @throws {SystemError} when nothing can come any more: the descriptor is no socket. */
  #receiveAgain(result: number): void {
    // There was no buffer left: they come back now.
    const retry = result >= 0 || result === -ENOBUFS ? 'now' : datagramRetry(result, 'recvmsg');
    if (retry === 'now') this.#receive();
    else this.#ring.submissions.timeout(SHORTAGE_NANOS, PAUSE, 0);
  }

  #tellOfWatch(i: number): void {
    const { completions } = this.#ring;
    check(completions.resultAt(i), 'poll');
    if (!completions.hasMore(i)) this.#watch();
  }

  #answer(at: number): void {
    const { data } = this.#ring.inbox;
    const sender = this.#sender;
    sender.offset = at + DatagramLayout.peer;
    sender.length = this.#layout.peerLengthAt(data, at);
    // Nothing from nobody is what a socket gives that was shut down.
    if (sender.length === 0) return;
    const start = at + DatagramLayout.overhead;
    this.#waitNanos = 0;
    this.#app.datagram(data.bytes, start, start + this.#layout.lengthAt(data, at), this);
  }

  #receive(): void {
    this.#ring.submissions.recvmsgMultishot(this.#fd, this.#layout, this.#ring.group, RECEIVE, 0);
  }

  /** Whoever waits to receive a datagram hears nothing of it when the socket is shut down. */
  #watch(): void {
    this.#ring.submissions.pollMultishot(this.#fd, POLLHUP, WATCH, 0);
  }
}
