import { NativeMemory } from '../sockets/memory.ts';
import { POLLIN, POLLOUT, PollSet } from '../sockets/poll.ts';
import { setTimerSlack } from '../sockets/process.ts';
import { streamRetry } from '../sockets/retry.ts';
import { MSG_DONTWAIT, recv, SHUT_WR, send, shutdown } from '../sockets/socket.ts';
import type { App, StreamReply, StreamSession } from './apps/app.ts';
import { Backlog } from './backlog.ts';
import { LINGER_MS } from './lingering.ts';
import { MemoryPool } from './memory-pool.ts';
import { FRAME_HEADER, FRAME_LIMIT, frameEnd, frameHeader, framePid } from './rooms/frame.ts';
import { soonest } from './waiting-connections.ts';

/** Bytes one recv of the client may take. */
const BUFFER_SIZE = 65_536;
/** Room for what came of a frame, and as much again. */
const HUB_BUFFER_SIZE = 2 * FRAME_LIMIT;

const HUB = 0;
/** The last, so that it can be taken out of the set. */
const CLIENT = 1;

/**
 * `lingering`: the app has ended it, and the client's FIN is awaited. `over`: nothing is said to the client or heard of
 * it any more. `left`: the hub knows that nothing more comes.
 */
type Phase = 'talking' | 'lingering' | 'over' | 'left';

/**
 * One conversation of a room, in a process of its own: poll(2) waits for the client and for the hub together. The client
 * is not received from while the hub takes nothing, and the hub is always read. What the client has not read waits in its
 * socket's send buffer; when that is full, the conversation is over.
 */
class LinkedStream implements StreamReply {
  readonly #fd: number;
  readonly #hub: number;
  readonly #session: StreamSession;
  readonly #inbox = new NativeMemory(BUFFER_SIZE);
  readonly #outbox = new NativeMemory(BUFFER_SIZE);
  readonly #heard = new NativeMemory(HUB_BUFFER_SIZE);
  readonly #pool = new MemoryPool();
  readonly #unsaid = new Backlog(this.#pool);
  readonly #set = new PollSet();
  /** Bytes that have come of a frame. */
  #partial = 0;
  #phase: Phase = 'talking';
  /** When lingering is over, on the clock of performance.now(). */
  #deadline = 0;
  /** When what was said may go to the hub, on the same clock; the client is not received from before. */
  #restsUntil = 0;
  #linked = true;

  constructor(fd: number, hub: number, app: App) {
    this.#fd = fd;
    this.#hub = hub;
    this.#session = app.stream();
  }

  /**
   * Holds the conversation; returns when it is over, and the hub has read all that was said and closed the link. One that
   * was closed before would fail when the hub writes to it, and what the hub has not yet read of it would be lost.
   */
  serve(): void {
    const set = this.#set;
    set.add(this.#hub, POLLIN);
    set.add(this.#fd, POLLIN);
    this.#session.open?.(this);
    while (this.#linked) {
      const isResting = this.#isResting;
      if (!isResting) this.#flush();
      if (!this.#linked) break;
      if (this.#phase === 'over' && this.#unsaid.length === 0 && !isResting) this.#leave();
      this.#wait(isResting);
      if ((set.reventsAt(HUB) & ~POLLOUT) !== 0) this.#hear();
      if (this.#listening && set.reventsAt(CLIENT) !== 0) this.#receive();
    }
  }

  free(): void {
    this.#unsaid.clear();
    for (const part of [this.#inbox, this.#outbox, this.#heard, this.#pool, this.#set]) part.free();
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end && this.#phase === 'talking'; from += BUFFER_SIZE) {
      const part = bytes.subarray(from, Math.min(end, from + BUFFER_SIZE));
      this.#outbox.bytes.set(part);
      this.#deliver(this.#outbox, part.length);
    }
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    this.send(bytes, start, end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    this.#unsaid.keep(frameHeader(end - start, process.pid, 0), 0, FRAME_HEADER);
    this.#unsaid.keep(bytes, start, end);
  }

  wait(nanos: number): void {
    if (this.#restsUntil === 0) setTimerSlack(1);
    this.#restsUntil = Math.max(this.#restsUntil, performance.now()) + nanos / 1e6;
  }

  end(): void {
    if (this.#phase !== 'talking') return;
    this.#phase = 'lingering';
    this.#deadline = performance.now() + LINGER_MS;
    shutdown(this.#fd, SHUT_WR);
  }

  /** Waits for client and hub. */
  #wait(isResting: boolean): void {
    const set = this.#set;
    const full = this.#unsaid.length > 0;
    set.setEvents(HUB, full && !isResting ? POLLIN | POLLOUT : POLLIN);
    if (this.#listening) set.setEvents(CLIENT, (full || isResting) && this.#phase === 'talking' ? 0 : POLLIN);
    const rest = isResting ? Math.max(0, this.#restsUntil - performance.now()) : -1;
    set.wait(soonest(rest, this.#patienceMs()));
  }

  /** Does the app have the client wait? The hub is read meanwhile. */
  get #isResting(): boolean {
    return this.#restsUntil > 0 && performance.now() < this.#restsUntil;
  }

  /** May the client say something? */
  get #listening(): boolean {
    return this.#phase === 'talking' || this.#phase === 'lingering';
  }

  /** How long to wait, in milliseconds; -1 is for ever. */
  #patienceMs(): number {
    if (this.#phase !== 'lingering') return -1;
    const left = Math.ceil(this.#deadline - performance.now());
    if (left <= 0) this.#finish();
    return Math.max(0, left);
  }

  #receive(): void {
    const received = recv(this.#fd, this.#inbox, 0, BUFFER_SIZE, MSG_DONTWAIT);
    if (received > 0) {
      if (this.#phase === 'talking') this.#session.receive(this.#inbox.bytes, 0, received, this);
    } else if (received === 0) {
      if (this.#phase === 'talking') this.#session.finish?.(this);
      this.#finish();
    } else if (streamRetry(received, 'recv') === 'never') {
      this.#finish();
    }
  }

  /** The conversation is over. A client that is gone is always ready: polled any more, it would keep the loop busy. */
  #finish(): void {
    if (this.#listening) this.#set.removeAt(CLIENT);
    this.#phase = 'over';
  }

  /** All has been said: the hub reads it to its end, and then closes the link, all of which has been written by then. */
  #leave(): void {
    this.#phase = 'left';
    shutdown(this.#hub, SHUT_WR);
  }

  /** Hands on to the client what others have said, as far as it has come whole. */
  #hear(): void {
    const heard = this.#heard;
    const { bytes } = heard;
    const received = recv(this.#hub, heard, this.#partial, HUB_BUFFER_SIZE - this.#partial, MSG_DONTWAIT);
    if (received <= 0) {
      this.#linked = received < 0 && streamRetry(received, 'recv') !== 'never';
      return;
    }
    const come = this.#partial + received;
    let at = 0;
    let said = 0;
    // Headers are squeezed out, so that one call sends it all.
    for (let end = frameEnd(bytes, 0, come); end >= 0; end = frameEnd(bytes, at, come)) {
      if (framePid(bytes, at) !== process.pid) {
        bytes.copyWithin(said, at + FRAME_HEADER, end);
        said += end - at - FRAME_HEADER;
      }
      at = end;
    }
    if (said > 0 && this.#phase === 'talking') this.#deliver(heard, said);
    bytes.copyWithin(0, at, come);
    this.#partial = come - at;
  }

  #flush(): void {
    const { memory, start, length } = this.#unsaid;
    if (memory === undefined || length === 0) return;
    const sent = send(this.#hub, memory, start, length, MSG_DONTWAIT);
    if (sent >= 0) this.#unsaid.advance(sent);
    else if (streamRetry(sent, 'send') === 'never') this.#linked = false;
  }

  #deliver(memory: NativeMemory, length: number): void {
    if (send(this.#fd, memory, 0, length, MSG_DONTWAIT) !== length) this.#finish();
  }
}

/**
 * Holds one conversation of a room whose other clients are in other processes. Does not close the sockets.
 * @param hub the link to the hub that joins them; unusable afterwards.
 */
export function serveLinkedStream(fd: number, hub: number, app: App): void {
  const stream = new LinkedStream(fd, hub, app);
  try {
    stream.serve();
  } finally {
    stream.free();
  }
}
