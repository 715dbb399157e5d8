import { NativeMemory } from '../../sockets/memory.ts';
import { setTimerSlack } from '../../sockets/os/process.ts';
import { POLLIN, POLLOUT, PollSet } from '../../sockets/poll.ts';
import { streamRetry } from '../../sockets/retry.ts';
import { MSG_DONTWAIT, recv, SHUT_WR, send, shutdown } from '../../sockets/socket.ts';
import type { StreamApp, StreamReply, StreamSession } from '../apps/app.ts';
import { FRAME_HEADER, FRAME_LIMIT, frameEnd, frameHeader, framePid } from '../rooms/frame.ts';
import { MemoryPool } from '../sending/memory-pool.ts';
import { Backlog } from '../sending/unsent-bytes.ts';
import { LINGER_MS } from '../timing/lingering.ts';
import { soonest } from '../timing/waiting-connections.ts';

/** Maximum size of one recv from the client, in bytes. */
const BUFFER_SIZE = 65_536;
/** Holds a partial frame, and as much again. */
const HUB_BUFFER_SIZE = 2 * FRAME_LIMIT;

const HUB = 0;
/** The last one, so that it can be removed from the set. */
const CLIENT = 1;

/**
 * `lingering`: the app has ended the conversation, and the client's FIN is awaited. `over`: nothing more is sent to the
 * client or received from it. `left`: the end of output was reported to the hub.
 */
type Phase = 'talking' | 'lingering' | 'over' | 'left';

/**
 * One conversation of a room, in its own process. poll(2) waits for the client and the hub together. The client is not
 * read while the hub accepts nothing; the hub is always read. Bytes that the client has not read stay in the send
 * buffer of its socket. When that is full, the conversation is over.
 */
class LinkedStream implements StreamReply {
  readonly #fd: number;
  readonly #hub: number;
  readonly #session: StreamSession;
  readonly #inbox = new NativeMemory(BUFFER_SIZE);
  readonly #outbox = new NativeMemory(BUFFER_SIZE);
  readonly #fromHub = new NativeMemory(HUB_BUFFER_SIZE);
  readonly #pool = new MemoryPool();
  readonly #toHub = new Backlog(this.#pool);
  readonly #set = new PollSet();
  /** Number of received bytes of an incomplete frame. */
  #partial = 0;
  #phase: Phase = 'talking';
  /** When lingering ends, by performance.now(). */
  #deadline = 0;
  /** When messages may go to the hub, by performance.now(). Until then the client is not read. */
  #restsUntil = 0;
  #linked = true;

  constructor(fd: number, hub: number, app: StreamApp) {
    this.#fd = fd;
    this.#hub = hub;
    this.#session = app.stream();
  }

  /**
   * Serves the conversation. Returns when it is over, and the hub has read all messages and closed the link. If this
   * side closed the link first, the hub's writes would fail, and messages that it has not read would be lost.
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
      if (this.#phase === 'over' && this.#toHub.length === 0 && !isResting) this.#leave();
      this.#wait(isResting);
      if ((set.reventsAt(HUB) & ~POLLOUT) !== 0) this.#hear();
      if (this.#readsInput && set.reventsAt(CLIENT) !== 0) this.#receive();
    }
  }

  free(): void {
    this.#toHub.clear();
    for (const part of [this.#inbox, this.#outbox, this.#fromHub, this.#pool, this.#set]) part.free();
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
    this.#toHub.keep(frameHeader(end - start, process.pid, 0), 0, FRAME_HEADER);
    this.#toHub.keep(bytes, start, end);
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

  /** Waits for the client and the hub. */
  #wait(isResting: boolean): void {
    const set = this.#set;
    const full = this.#toHub.length > 0;
    set.setEvents(HUB, full && !isResting ? POLLIN | POLLOUT : POLLIN);
    if (this.#readsInput) set.setEvents(CLIENT, (full || isResting) && this.#phase === 'talking' ? 0 : POLLIN);
    const rest = isResting ? Math.max(0, this.#restsUntil - performance.now()) : -1;
    set.wait(soonest(rest, this.#patienceMs()));
  }

  /** Whether the app delays this conversation. The hub is read meanwhile. */
  get #isResting(): boolean {
    return this.#restsUntil > 0 && performance.now() < this.#restsUntil;
  }

  /** Whether input from the client is still read. */
  get #readsInput(): boolean {
    return this.#phase === 'talking' || this.#phase === 'lingering';
  }

  /** Returns how long to wait, in milliseconds; -1 waits forever. */
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

  /** Ends the conversation. A closed client is always ready: while polled, it would keep the loop busy. */
  #finish(): void {
    if (this.#readsInput) this.#set.removeAt(CLIENT);
    this.#phase = 'over';
  }

  /**
   * Shuts down output to the hub. The hub reads up to that point and then closes the link, after its own last write.
   */
  #leave(): void {
    this.#phase = 'left';
    shutdown(this.#hub, SHUT_WR);
  }

  /** Passes the complete frames of other clients on to this client. */
  #hear(): void {
    const heard = this.#fromHub;
    const { bytes } = heard;
    const received = recv(this.#hub, heard, this.#partial, HUB_BUFFER_SIZE - this.#partial, MSG_DONTWAIT);
    if (received <= 0) {
      this.#linked = received < 0 && streamRetry(received, 'recv') !== 'never';
      return;
    }
    const come = this.#partial + received;
    let at = 0;
    let said = 0;
    // Removes the headers, so that one call sends all messages.
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
    const { memory, start, length } = this.#toHub;
    if (memory === undefined || length === 0) return;
    const sent = send(this.#hub, memory, start, length, MSG_DONTWAIT);
    if (sent >= 0) this.#toHub.advance(sent);
    else if (streamRetry(sent, 'send') === 'never') this.#linked = false;
  }

  #deliver(memory: NativeMemory, length: number): void {
    if (send(this.#fd, memory, 0, length, MSG_DONTWAIT) !== length) this.#finish();
  }
}

/**
 * Serves one conversation of a room whose other clients are in other processes. Does not close the sockets.
 * @param hub the link to the hub that connects them; unusable afterwards.
 */
export function serveLinkedStream(fd: number, hub: number, app: StreamApp): void {
  const stream = new LinkedStream(fd, hub, app);
  try {
    stream.serve();
  } finally {
    stream.free();
  }
}
