import { Socket } from 'node:net';
import { FRAME_HEADER, FrameCutter, frameEnd, frameHeader, framePid, frameSpeaker } from './frame.ts';
import { HUB_FD } from './hub.ts';
import { UNREAD_LIMIT } from './unread-limit.ts';

/** Conversations on sockets of Node's that hear each other: those of this event loop, and through a hub of others. */
export class SocketRoom {
  /** Everybody in the room, by number. */
  readonly #members = new Map<number, Socket>();
  readonly #link: Socket | undefined;
  #count = 0;

  /** @param linked does {@link HUB_FD} lead to a hub, which joins this process with others? */
  constructor({ linked = false } = {}) {
    if (linked) this.#link = this.#listen(new Socket({ fd: HUB_FD, readable: true, writable: true }));
  }

  /** A socket hears what others say, until it is closed. @returns its number. */
  enter(socket: Socket): number {
    const number = ++this.#count;
    this.#members.set(number, socket);
    socket.once('close', () => this.#members.delete(number));
    return number;
  }

  /** Says bytes, which are copied, to everyone but the one who says so. */
  tell(speaker: number, bytes: Uint8Array): void {
    const link = this.#link;
    if (link === undefined) {
      this.#say(new Uint8Array(bytes), speaker);
    } else {
      // In the order in which they come back from the hub they are heard here, too.
      link.write(Buffer.concat([frameHeader(bytes.length, process.pid, speaker), bytes]));
    }
  }

  /** What is to drain before more is said; undefined when nothing is. */
  get clogged(): Socket | undefined {
    return this.#link?.writableNeedDrain ? this.#link : undefined;
  }

  #listen(link: Socket): Socket {
    const cutter = new FrameCutter();
    // Without its hub a process is about to be ended.
    link.on('error', () => undefined);
    // Everyone who speaks may wait for it to drain.
    link.setMaxListeners(0);
    return link.on('data', (chunk) => this.#hear(cutter.cut(chunk)));
  }

  #hear(frames: Uint8Array): void {
    let at = 0;
    for (let end = frameEnd(frames, 0, frames.length); end >= 0; end = frameEnd(frames, at, frames.length)) {
      const speaker = framePid(frames, at) === process.pid ? frameSpeaker(frames, at) : undefined;
      this.#say(frames.subarray(at + FRAME_HEADER, end), speaker);
      at = end;
    }
  }

  #say(bytes: Uint8Array, speaker: number | undefined): void {
    for (const [number, socket] of this.#members) {
      if (number === speaker || !socket.writable) continue;
      socket.write(bytes);
      if (socket.writableLength > UNREAD_LIMIT) socket.destroy();
    }
  }
}
