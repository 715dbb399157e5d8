import { EAGAIN, EINTR } from '../sockets/errno.ts';
import { NativeMemory } from '../sockets/memory.ts';
import { POLLIN, POLLOUT, PollSet } from '../sockets/poll.ts';
import { MSG_DONTWAIT, recv, send } from '../sockets/socket.ts';
import type { App, StreamReply, StreamSession } from './apps/app.ts';
import { Backlog } from './backlog.ts';
import { pause } from './pause.ts';
import { FRAME_HEADER, FRAME_LIMIT, frameEnd, frameHeader, framePid } from './rooms/frame.ts';
import { HUB_FD } from './rooms/hub.ts';

/** Bytes one recv of the client may take. */
const BUFFER_SIZE = 65_536;
/** Room for what came of a frame, and as much again. */
const HUB_BUFFER_SIZE = 2 * FRAME_LIMIT;

const CLIENT = 0;
const HUB = 1;

/**
 * One conversation of a room, in a process of its own: poll(2) waits for the client and for the hub together. The client
 * is not received from while the hub takes nothing, and the hub is always read. What the client has not read waits in its
 * socket's send buffer; when that is full, the conversation is over.
 */
class LinkedStream implements StreamReply {
  readonly #fd: number;
  readonly #session: StreamSession;
  readonly #inbox = new NativeMemory(BUFFER_SIZE);
  readonly #outbox = new NativeMemory(BUFFER_SIZE);
  readonly #heard = new NativeMemory(HUB_BUFFER_SIZE);
  readonly #unsaid = new Backlog();
  readonly #set = new PollSet();
  /** Bytes that have come of a frame. */
  #partial = 0;
  /** Frames of its own that have not come back from the hub. */
  #returning = 0;
  #over = false;
  #linked = true;

  constructor(fd: number, app: App) {
    this.#fd = fd;
    this.#session = app.stream();
  }

  /**
   * Holds the conversation; returns when it is over, and all that was said has come back from the hub. A link that was
   * closed before would fail when the hub writes to it, and what the hub has not yet read of it would be lost.
   */
  serve(): void {
    const set = this.#set;
    set.add(this.#fd, POLLIN);
    set.add(HUB_FD, POLLIN);
    this.#session.open?.(this);
    while (this.#linked && !(this.#over && this.#returning === 0)) {
      const full = this.#unsaid.length > 0;
      set.setEvents(CLIENT, full || this.#over ? 0 : POLLIN);
      set.setEvents(HUB, full ? POLLIN | POLLOUT : POLLIN);
      if (set.wait(-1) < 0) continue;
      if ((set.reventsAt(HUB) & POLLOUT) !== 0) this.#flush();
      if ((set.reventsAt(HUB) & ~POLLOUT) !== 0) this.#hear();
      if (!this.#over && set.reventsAt(CLIENT) !== 0) this.#receive();
    }
    for (const part of [this.#inbox, this.#outbox, this.#heard, this.#unsaid, set]) part.free();
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end && !this.#over; from += BUFFER_SIZE) {
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
    this.#returning++;
    this.#flush();
  }

  wait(nanos: number): void {
    pause(nanos);
  }

  end(): void {
    this.#over = true;
  }

  #receive(): void {
    const received = recv(this.#fd, this.#inbox, 0, BUFFER_SIZE, MSG_DONTWAIT);
    if (received > 0) {
      this.#session.receive(this.#inbox.bytes, 0, received, this);
    } else if (received === 0) {
      this.#session.finish?.(this);
      this.#over = true;
    } else if (received !== -EAGAIN && received !== -EINTR) {
      this.#over = true;
    }
  }

  /** Hands on to the client what others have said, as far as it has come whole. */
  #hear(): void {
    const heard = this.#heard;
    const { bytes } = heard;
    const received = recv(HUB_FD, heard, this.#partial, HUB_BUFFER_SIZE - this.#partial, MSG_DONTWAIT);
    if (received === -EAGAIN || received === -EINTR) return;
    if (received <= 0) {
      this.#linked = false;
      return;
    }
    const come = this.#partial + received;
    let at = 0;
    let said = 0;
    // Headers are squeezed out, so that one call sends it all.
    for (let end = frameEnd(bytes, 0, come); end >= 0; end = frameEnd(bytes, at, come)) {
      if (framePid(bytes, at) === process.pid) {
        this.#returning--;
      } else {
        bytes.copyWithin(said, at + FRAME_HEADER, end);
        said += end - at - FRAME_HEADER;
      }
      at = end;
    }
    if (said > 0 && !this.#over) this.#deliver(heard, said);
    bytes.copyWithin(0, at, come);
    this.#partial = come - at;
  }

  #flush(): void {
    const { memory, start, length } = this.#unsaid;
    if (memory === undefined || length === 0) return;
    const sent = send(HUB_FD, memory, start, length, MSG_DONTWAIT);
    if (sent >= 0) this.#unsaid.start = start + sent;
    else if (sent !== -EAGAIN && sent !== -EINTR) this.#linked = false;
  }

  #deliver(memory: NativeMemory, length: number): void {
    if (send(this.#fd, memory, 0, length, MSG_DONTWAIT) !== length) this.#over = true;
  }
}

/** Holds one conversation of a room whose other clients are in other processes. Does not close the socket. */
export function serveLinkedStream(fd: number, app: App): void {
  new LinkedStream(fd, app).serve();
}
