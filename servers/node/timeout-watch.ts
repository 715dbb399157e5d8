import type { Socket } from 'node:net';
import type { StreamApp, StreamReply } from '../apps/app.ts';
import { type Awaiting, PeerTimer } from '../timing/peer-timer.ts';

/** A session of an app that bounds client times, in this thread or another. */
interface WatchedSession extends Partial<Awaiting> {
  expire?(reply: StreamReply): void | Promise<void>;
}

/** Replies on a socket of Node's. While it holds back replies, the peer's time does not count. */
interface WatchedReply extends StreamReply {
  readonly ended: boolean;
  readonly waitNanos: number;
}

/** One conversation on a socket of Node's. */
interface Watched {
  readonly socket: Socket;
  readonly session: WatchedSession;
  readonly reply: WatchedReply;
  readonly peerTimer: PeerTimer;
}

/** Calls `expire` of the session, and destroys the socket if that fails. Never rejects. */
async function expire(socket: Socket, session: WatchedSession, reply: WatchedReply): Promise<void> {
  try {
    await session.expire?.(reply);
  } catch {
    socket.destroy();
  }
}

/** Checks the conversations of a Node server for clients that take too long, at intervals, and ends these. */
export class TimeoutWatch {
  readonly #everyMs: number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** Returns a lookout for an app that bounds client times, or undefined for other apps. */
  static of({ checkEveryMs }: StreamApp): TimeoutWatch | undefined {
    return checkEveryMs === undefined ? undefined : new TimeoutWatch(checkEveryMs);
  }

  private constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Watches a conversation until its socket is closed. */
  watch(socket: Socket, session: WatchedSession, reply: WatchedReply): void {
    const watched: Watched = { socket, session, reply, peerTimer: new PeerTimer(this.#everyMs) };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#look(), this.#everyMs).unref();
    socket.once('close', () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
  }

  #look(): void {
    const nowMs = performance.now();
    for (const { socket, session, reply, peerTimer } of this.#watched) {
      if (reply.ended || reply.waitNanos > 0 || !peerTimer.isOver(nowMs, session as Awaiting)) continue;
      // The peer doesn't read either: no message would reach it.
      if (socket.writableLength > 0) socket.destroy();
      else void expire(socket, session, reply);
    }
  }
}
