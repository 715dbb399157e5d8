import { ENOBUFS } from '../../../sockets/errors/errno.ts';
import { streamRetry } from '../../../sockets/errors/retry.ts';
import type { NativeMemory } from '../../../sockets/memory/memory.ts';
import { Parts } from '../../../sockets/memory/parts.ts';
import { POLLIN } from '../../../sockets/polling/poll.ts';
import { MSG_DONTWAIT, send } from '../../../sockets/socket.ts';
import { BufferRing } from '../../../sockets/uring/buffer-ring.ts';
import { MessageLayout } from '../../../sockets/uring/recvmsg-layout.ts';
import { IOSQE_CQE_SKIP_SUCCESS, IOSQE_FIXED_FILE } from '../../../sockets/uring/submission-queue.ts';
import { Uring } from '../../../sockets/uring/uring.ts';
import type { KernelClock } from '../../measure/kernel-clock.ts';
import { powerOfTwo } from '../power-of-two.ts';

/** Memory for replies that have come and were not read yet. When it is full, the rest waits in the sockets. */
const LARGEST_INBOX = 16 << 20;
const MAX_BUFFERS = 32_768;
/** Maximum number of operations that one call submits. */
const MAX_ENTRIES = 4_096;
const GROUP = 0;

// Purpose of an operation: the lower bits of its kind. The upper bits number its connection's sockets.
const RECEIVE = 0;
const SEND = 1;
const WATCH = 2;
const CANCEL = 3;
const PURPOSE_BITS = 2;
const PURPOSES = 3;
const LAST_SOCKET = 0x1fff_ffff;

/** Receives the events of {@link RingSockets}. */
export interface RingListener {
  /** The watched descriptor is readable. */
  noticed(): void;
  /** Bytes of a connection have come. They are at `offset` of {@link RingSockets.inbox} until this returns. */
  received(connection: number, offset: number, length: number): void;
  /** A connection's socket has ended. @param errno 0 when its peer has closed it. */
  socketEnded(connection: number, errno: number): void;
  /** The kernel did not send what was to be sent on a connection. */
  sendFailed(connection: number, errno: number): void;
}

/** Options of {@link RingSockets}. */
export interface RingOptions {
  /** Size of each buffer that received bytes are placed in: best that of a usual reply. */
  readonly bufferBytes: number;
  /** Converts timestamps of sockets with SO_TIMESTAMPNS; undefined for sockets without. */
  readonly clock: KernelClock | undefined;
}

/** Sockets of many connections on an io_uring: each receives permanently, and sends one request at a time. */
export class RingSockets {
  /** When the kernel received the bytes being reported, in monotonic nanoseconds; 0 when not known. */
  arrivedNanos = 0;
  readonly #watched: number;
  readonly #ring: Uring;
  readonly #buffers: BufferRing;
  readonly #clock: KernelClock | undefined;
  /** Layout of the buffers when the kernel adds timestamps. */
  readonly #layout: MessageLayout | undefined;
  /** Number of each connection's current socket: completions of older ones are ignored. */
  readonly #socket: Int32Array;
  /** 1 when the connection's socket is in the ring. */
  readonly #inside: Uint8Array;

  /**
   * @param watched a descriptor; the ring reports when it is readable.
   * @throws {SystemError} where no ring is available.
   */
  constructor(connections: number, watched: number, { bufferBytes, clock }: RingOptions) {
    this.#clock = clock;
    this.#watched = watched;
    this.#socket = new Int32Array(connections);
    this.#inside = new Uint8Array(connections);
    const parts = new Parts();
    try {
      this.#layout = clock && parts.own(new MessageLayout());
      const entries = powerOfTwo(Math.min(connections, MAX_ENTRIES));
      this.#ring = parts.own(new Uring(entries, 4 * entries));
      this.#ring.registerFiles(connections);
      const slot = ((bufferBytes + 7) & ~7) + (clock === undefined ? 0 : MessageLayout.overhead);
      // One for each reply, and one more: a receive needs a buffer even to find that nothing is left.
      let buffers = Math.min(powerOfTwo(connections + 1), MAX_BUFFERS);
      while (buffers * slot > LARGEST_INBOX) buffers /= 2;
      this.#buffers = parts.own(new BufferRing(this.#ring, GROUP, buffers, slot));
    } catch (error) {
      parts.free();
      throw error;
    }
    this.#watch();
  }

  /** Memory that bytes are received into. */
  get inbox() {
    return this.#buffers.data;
  }

  /** Adds a connection that is established: its socket receives from now on. */
  add(c: number, fd: number): void {
    this.#ring.setFile(c, fd);
    this.#inside[c] = 1;
    this.#receive(c);
  }

  /** Prepares to send bytes on a connection. They must stay as they are until their reply comes. */
  send(c: number, memory: NativeMemory, at: number, length: number): void {
    const { submissions } = this.#ring;
    submissions.send(c, memory, at, length, this.#kind(c, SEND), c);
    submissions.flag(IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS);
  }

  /** As {@link send}, but reports EAGAIN when there is no room, in place of waiting for it. */
  trySend(c: number, memory: NativeMemory, at: number, length: number): void {
    const { submissions } = this.#ring;
    submissions.sendNow(c, memory, at, length, this.#kind(c, SEND), c);
    submissions.flag(IOSQE_FIXED_FILE);
  }

  /** Sends them now, for callers that must know when. The ring sends what the kernel does not take at once. */
  sendNow(c: number, fd: number, memory: NativeMemory, at: number, length: number): void {
    const sent = Math.max(0, send(fd, memory, at, length, MSG_DONTWAIT));
    if (sent < length) this.send(c, memory, at + sent, length - sent);
  }

  /** Removes a connection's socket, if it is in the ring. It is not reported on any more; the caller closes it. */
  remove(c: number): void {
    if (this.#inside[c] === 0) return;
    for (const purpose of [RECEIVE, SEND]) {
      this.#ring.submissions.cancel(this.#kind(c, purpose), c, CANCEL, 0);
      this.#ring.submissions.flag(IOSQE_CQE_SKIP_SUCCESS);
    }
    // Submitted now: operations prepared later are for the next socket in the same place.
    this.#ring.submit();
    this.#ring.setFile(c, -1);
    this.#inside[c] = 0;
    this.#socket[c] = ((this.#socket[c] as number) + 1) & LAST_SOCKET;
  }

  /** Submits what was prepared. */
  submit(): void {
    this.#ring.submit();
  }

  /**
   * Submits what was prepared and waits for a completion, or while `gathering` for very many, up to `nanos`.
   * @returns the number of completions, for {@link dispatch}.
   */
  exchange(nanos: number, gathering = false): number {
    return this.#ring.submitAndWait(nanos <= 0 ? 0 : gathering ? MAX_ENTRIES : 1, nanos);
  }

  /** Reports the first `count` completions to `listener`. */
  dispatch(count: number, listener: RingListener): void {
    for (let i = 0; i < count; i++) this.#report(i, listener);
    this.#ring.completions.advance(count);
    this.#buffers.publish();
  }

  close(): void {
    this.#ring.close();
    this.#buffers.free();
    this.#layout?.free();
  }

  #report(i: number, listener: RingListener): void {
    const { completions } = this.#ring;
    const kind = completions.kindAt(i);
    const purpose = kind & PURPOSES;
    if (purpose === RECEIVE) {
      const buffer = completions.bufferAt(i);
      if (this.#concerns(i, kind)) this.#reportReceive(i, buffer, listener);
      if (buffer >= 0) this.#buffers.release(buffer);
    } else if (purpose === SEND) {
      // Only failed sends are reported.
      if (this.#concerns(i, kind)) this.#reportFailedSend(i, listener);
    } else if (purpose === WATCH) {
      listener.noticed();
      this.#watch();
    }
  }

  #reportFailedSend(i: number, listener: RingListener): void {
    const result = this.#ring.completions.resultAt(i);
    // streamRetry throws for a wrong descriptor or argument.
    if (result < 0) streamRetry(result, 'send');
    listener.sendFailed(this.#ring.completions.dataAt(i), -result);
  }

  #reportReceive(i: number, buffer: number, listener: RingListener): void {
    const { completions } = this.#ring;
    const c = completions.dataAt(i);
    const result = completions.resultAt(i);
    if (buffer >= 0 && result > 0) this.#reportBytes(c, buffer * this.#buffers.size, result, listener);
    else if (result >= 0 || (result !== -ENOBUFS && streamRetry(result, 'recv') !== 'now'))
      listener.socketEnded(c, -result);
    // A multishot receive ends, for example, when no buffer is left. Buffers are being released, so it can be
    // restarted.
    if (!completions.hasMore(i) && this.#concerns(i, completions.kindAt(i))) this.#receive(c);
  }

  #reportBytes(c: number, at: number, result: number, listener: RingListener): void {
    const layout = this.#layout;
    if (layout === undefined || this.#clock === undefined) {
      listener.received(c, at, result);
      return;
    }
    const { data } = this.#buffers;
    const length = layout.lengthAt(data, at);
    const seconds = layout.secondsAt(data, at);
    this.arrivedNanos = seconds === 0 ? 0 : this.#clock.monotonic(seconds, layout.nanosAt(data, at));
    if (length > 0) listener.received(c, at + MessageLayout.overhead, length);
    else listener.socketEnded(c, 0);
  }

  /** Reports whether the i-th completion is of a socket that is still in the ring. */
  #concerns(i: number, kind: number): boolean {
    const c = this.#ring.completions.dataAt(i);
    return this.#inside[c] === 1 && kind >> PURPOSE_BITS === this.#socket[c];
  }

  #receive(c: number): void {
    const { submissions } = this.#ring;
    if (this.#layout === undefined) submissions.recvMultishot(c, GROUP, this.#kind(c, RECEIVE), c);
    else submissions.recvmsgMultishot(c, this.#layout, GROUP, this.#kind(c, RECEIVE), c);
    submissions.flag(IOSQE_FIXED_FILE);
  }

  #watch(): void {
    this.#ring.submissions.poll(this.#watched, POLLIN, WATCH, 0);
  }

  #kind(c: number, purpose: number): number {
    return ((this.#socket[c] as number) << PURPOSE_BITS) | purpose;
  }
}
