import { streamRetry } from '../../sockets/errors/retry.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { MSG_DONTWAIT, recv, SHUT_RDWR, SHUT_WR, send, shutdown } from '../../sockets/socket.ts';
import { MemoryPool } from '../sending/memory-pool.ts';
import { Backlog } from '../sending/unsent-bytes.ts';
import { FRAME_HEADER, FRAME_LIMIT, frameEnd, frameHeader, framePid } from './frame.ts';
import type { Room } from './room.ts';

/** Holds a partial frame, and as much again. */
const BUFFER_SIZE = 2 * FRAME_LIMIT;

const NO_MEMBER = -1;

/**
 * The room of a process that serves one client at a time. The other clients are in other processes, connected by a hub.
 * The link to it must always be read. Unread data waits in the client's socket send buffer; a client whose buffer is
 * full is shut down, as in {@link DescriptorRoom}.
 */
export class HubRoom implements Room {
  readonly #link: number;
  readonly #inbox = new NativeMemory(BUFFER_SIZE);
  readonly #pool = new MemoryPool();
  readonly #unsent = new Backlog(this.#pool);
  #member = NO_MEMBER;
  /** Number of received bytes of an incomplete frame. */
  #partial = 0;
  #isLinked = true;
  #hasFinished = false;

  /** @param link a connected Unix-domain socket, whose other end belongs to the hub. The caller closes it. */
  constructor(link: number) {
    this.#link = link;
  }

  enter(fd: number): void {
    this.#member = fd;
  }

  leave(_fd: number): void {
    this.#member = NO_MEMBER;
  }

  broadcast(_from: number, bytes: Uint8Array, start: number, end: number): void {
    this.#unsent.keep(frameHeader(end - start, process.pid, 0), 0, FRAME_HEADER);
    this.#unsent.keep(bytes, start, end);
    this.flush();
  }

  /** Whether the hub still has its end of the link open. */
  get isLinked(): boolean {
    return this.#isLinked;
  }

  /** Whether messages wait for the hub to read. Call {@link flush} when the link can send. */
  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  /** Sends the hub what it accepts. */
  flush(): void {
    const { memory, start, length } = this.#unsent;
    if (memory === undefined || length === 0) return;
    const sent = send(this.#link, memory, start, length, MSG_DONTWAIT);
    if (sent >= 0) this.#unsent.advance(sent);
    else if (streamRetry(sent, 'send') === 'never') this.#isLinked = false;
  }

  /** Passes the complete frames of other clients on to the member. Call it when the link can receive. */
  receive(): void {
    const { bytes } = this.#inbox;
    const received = recv(this.#link, this.#inbox, this.#partial, BUFFER_SIZE - this.#partial, MSG_DONTWAIT);
    if (received <= 0) {
      this.#isLinked = received < 0 && streamRetry(received, 'recv') !== 'never';
      return;
    }
    const come = this.#partial + received;
    let at = 0;
    let length = 0;
    // Removes the headers, so that one call sends all messages.
    for (let end = frameEnd(bytes, 0, come); end >= 0; end = frameEnd(bytes, at, come)) {
      if (framePid(bytes, at) !== process.pid) {
        bytes.copyWithin(length, at + FRAME_HEADER, end);
        length += end - at - FRAME_HEADER;
      }
      at = end;
    }
    if (length > 0 && this.#member !== NO_MEMBER) this.#deliver(length);
    bytes.copyWithin(0, at, come);
    this.#partial = come - at;
  }

  /**
   * Shuts down output to the hub. The hub reads up to that point and then closes the link, after its own last write. If
   * this side closed the link first, the hub's writes would fail, and messages that it has not read would be lost.
   */
  finish(): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    shutdown(this.#link, SHUT_WR);
  }

  free(): void {
    this.#unsent.clear();
    this.#pool.free();
    this.#inbox.free();
  }

  #deliver(length: number): void {
    if (send(this.#member, this.#inbox, 0, length, MSG_DONTWAIT) === length) return;
    // Wakes the loop of that connection, which ends the session.
    shutdown(this.#member, SHUT_RDWR);
    this.#member = NO_MEMBER;
  }
}
