import type { Socket } from 'node:net';
import type { StreamApp, StreamSession } from '../apps/app.ts';
import type { SocketRoom } from '../rooms/socket-room.ts';
import { after } from '../timing/call-after.ts';
import { NodeStreamReply } from './streams.ts';

/**
 * One conversation on a node:net socket, driven by events. It receives nothing while the app delays an answer, while
 * the peer does not read its replies, and while the room has no space.
 */
class CallbackStream {
  readonly #socket: Socket;
  readonly #session: StreamSession;
  readonly #reply: NodeStreamReply;
  readonly #isProducing: boolean;
  #isWaiting = false;
  /** The peer's FIN has come, but `finish` of the session has not been called. */
  #finPending = false;
  #isFinished = false;
  /** Whether the session produces in a later turn of the event loop. */
  #willProduce = false;
  /** The other socket whose `drain` event calls {@link #advance}, if any. */
  #isBlocked: Socket | undefined;

  constructor(socket: Socket, app: StreamApp, room: SocketRoom | undefined) {
    this.#socket = socket;
    this.#session = app.stream();
    this.#reply = new NodeStreamReply(socket, room);
    this.#isProducing = this.#session.produce !== undefined;
  }

  /** Begins the conversation. Call it once. */
  serve(): void {
    const [socket, session, reply] = [this.#socket, this.#session, this.#reply];
    session.open?.(reply);
    socket.on('data', (chunk) => {
      if (reply.ended) return;
      reply.answering(chunk);
      session.receive(chunk, 0, chunk.length, reply);
      reply.answering(undefined);
      this.#advance(true);
    });
    socket.on('drain', () => this.#advance(false));
    socket.on('end', () => {
      this.#finPending = true;
      this.#advance(false);
    });
    socket.once('close', () => session.close?.());
    this.#advance(false);
  }

  /** Does the next step. Call it after each call of the session, and after each drain. */
  #advance(hasReceived: boolean): void {
    if (this.#isWaiting || this.#socket.destroyed) return;
    if (this.#reply.waitNanos > 0) this.#wait();
    else if (this.#finPending) this.#finish();
    else if (!this.#isFinished) this.#receiveOrPause(hasReceived);
    else if (this.#session.hasPendingReply !== true) this.#reply.end();
    if (this.#isProducing && !this.#isWaiting) this.#produceLater();
  }

  /** Pauses receiving until the delayed answer is due. */
  #wait(): void {
    this.#isWaiting = true;
    this.#socket.pause();
    after(this.#reply.waitNanos, () => {
      this.#isWaiting = false;
      this.#reply.release();
      this.#advance(true);
    });
  }

  #finish(): void {
    this.#finPending = false;
    this.#isFinished = true;
    if (!this.#reply.ended) this.#session.finish?.(this.#reply);
    this.#advance(false);
  }

  /** @param hasReceived whether received data may have filled a buffer. Produced data does not count. */
  #receiveOrPause(hasReceived: boolean): void {
    const { notDrained } = this.#reply;
    if (notDrained === undefined) {
      if (this.#socket.isPaused()) this.#socket.resume();
      return;
    }
    if (hasReceived || !this.#isProducing) this.#socket.pause();
    if (notDrained === this.#socket || notDrained === this.#isBlocked) return;
    this.#isBlocked = notDrained;
    notDrained.once('drain', () => {
      this.#isBlocked = undefined;
      this.#advance(false);
    });
  }

  /** Lets the session produce once the peer has taken everything and other connections have had their turn. */
  #produceLater(): void {
    if (this.#willProduce || this.#reply.ended || this.#socket.writableNeedDrain) return;
    this.#willProduce = true;
    setImmediate(() => {
      this.#willProduce = false;
      if (this.#isWaiting || this.#reply.ended || this.#socket.destroyed) return;
      this.#session.produce?.(this.#reply);
      this.#advance(false);
    });
  }
}

/** Serves a conversation on a socket to its end. @param room connects the peers with each other, for apps that need it. */
export function serveByCallbacks(socket: Socket, app: StreamApp, room?: SocketRoom): void {
  new CallbackStream(socket, app, room).serve();
}
