import { Socket } from 'node:net';
import { UNREAD_LIMIT } from '../sending/unsent-bytes.ts';
import { FRAME_HEADER, FrameCutter, frameEnd, frameHeader, framePid, frameSpeaker } from './frame.ts';
import { HUB_FD } from './hub.ts';

/** Broadcasts between the sessions of this event loop, on Node's sockets, and through a hub to other processes. */
export class SocketRoom {
  /** All members of the room, by number. */
  readonly #members = new Map<number, Socket>();
  readonly #link: Socket | undefined;
  #count = 0;

  /** @param linked {@link HUB_FD} leads to a hub, which connects this process with others. */
  constructor({ linked = false } = {}) {
    if (linked) this.#link = this.#listen(new Socket({ fd: HUB_FD, readable: true, writable: true }));
  }

  /** Adds a socket, which receives what others send until it is closed. @returns its number. */
  enter(socket: Socket): number {
    const number = ++this.#count;
    this.#members.set(number, socket);
    socket.once('close', () => this.#members.delete(number));
    return number;
  }

  /** Sends a copy of the bytes to all sockets but the sender. */
  broadcast(speaker: number, bytes: Uint8Array): void {
    const link = this.#link;
    if (link === undefined) {
      this.#broadcast(new Uint8Array(bytes), speaker);
    } else {
      // Delivered here when they return from the hub, so that the order is the same everywhere.
      link.write(Buffer.concat([frameHeader(bytes.length, process.pid, speaker), bytes]));
    }
  }

  /** The link that must drain before more is sent; undefined when it has room. */
  get notDrained(): Socket | undefined {
    return this.#link?.writableNeedDrain ? this.#link : undefined;
  }

  #listen(link: Socket): Socket {
    const cutter = new FrameCutter();
    // Without its hub, a process is about to end.
    link.on('error', () => undefined);
    // Each session that sends may wait for the link to drain.
    link.setMaxListeners(0);
    return link.on('data', (chunk) => this.#deliver(cutter.cut(chunk)));
  }

  #deliver(frames: Uint8Array): void {
    let at = 0;
    for (let end = frameEnd(frames, 0, frames.length); end >= 0; end = frameEnd(frames, at, frames.length)) {
      const speaker = framePid(frames, at) === process.pid ? frameSpeaker(frames, at) : undefined;
      this.#broadcast(frames.subarray(at + FRAME_HEADER, end), speaker);
      at = end;
    }
  }

  #broadcast(bytes: Uint8Array, speaker: number | undefined): void {
    for (const [number, socket] of this.#members) {
      if (number === speaker || !socket.writable) continue;
      socket.write(bytes);
      if (socket.writableLength > UNREAD_LIMIT) socket.destroy();
    }
  }
}
