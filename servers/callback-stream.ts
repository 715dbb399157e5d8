import type { Socket } from 'node:net';
import type { App, StreamSession } from './apps/app.ts';
import { NodeStreamReply, type Together } from './node-stream.ts';
import { after } from './node-wait.ts';

/**
 * One conversation on a node:net socket, by callbacks: event-driven. While the app has the peer wait, while the peer does
 * not read its replies, and while the room takes nothing more, nothing is received.
 */
class CallbackStream {
  readonly #socket: Socket;
  readonly #session: StreamSession;
  readonly #reply: NodeStreamReply;
  readonly #isProducing: boolean;
  #isWaiting = false;
  /** The peer's FIN has come, and the session has not been called for it. */
  #finUnheard = false;
  #isFinished = false;
  /** Is the session to produce in a later turn of the event loop? */
  #willProduce = false;
  /** What is to drain, of which its event calls {@link #goOn}. */
  #clogged: Socket | undefined;

  constructor(socket: Socket, app: App, { room, lookout }: Together) {
    this.#socket = socket;
    this.#session = app.stream();
    this.#reply = new NodeStreamReply(socket, room);
    lookout?.watch(socket, this.#session, this.#reply);
    this.#isProducing = this.#session.produce !== undefined;
  }

  /** Begins the conversation. To be called once. */
  serve(): void {
    const [socket, session, reply] = [this.#socket, this.#session, this.#reply];
    session.open?.(reply);
    socket.on('data', (chunk) => {
      if (reply.ended) return;
      reply.answering(chunk);
      session.receive(chunk, 0, chunk.length, reply);
      reply.answering(undefined);
      this.#goOn(true);
    });
    socket.on('drain', () => this.#goOn(false));
    socket.on('end', () => {
      this.#finUnheard = true;
      this.#goOn(false);
    });
    socket.once('close', () => session.close?.());
    this.#goOn(false);
  }

  /** Does what is to be done next. To be called after each call of the session, and when something has drained. */
  #goOn(hasReceived: boolean): void {
    if (this.#isWaiting || this.#socket.destroyed) return;
    if (this.#reply.waitNanos > 0) this.#wait();
    else if (this.#finUnheard) this.#finish();
    else if (!this.#isFinished) this.#receiveOrPause(hasReceived);
    else if (this.#session.owing !== true) this.#reply.end();
    if (this.#isProducing && !this.#isWaiting) this.#produceLater();
  }

  /** Until it is time to answer what was received, nothing more is. */
  #wait(): void {
    this.#isWaiting = true;
    this.#socket.pause();
    after(this.#reply.waitNanos, () => {
      this.#isWaiting = false;
      this.#reply.release();
      this.#goOn(true);
    });
  }

  #finish(): void {
    this.#finUnheard = false;
    this.#isFinished = true;
    if (!this.#reply.ended) this.#session.finish?.(this.#reply);
    this.#goOn(false);
  }

  /** @param hasReceived may there be something to drain because of what was received? What is produced does not count. */
  #receiveOrPause(hasReceived: boolean): void {
    const { clogged } = this.#reply;
    if (clogged === undefined) {
      if (this.#socket.isPaused()) this.#socket.resume();
      return;
    }
    if (hasReceived || !this.#isProducing) this.#socket.pause();
    if (clogged === this.#socket || clogged === this.#clogged) return;
    this.#clogged = clogged;
    clogged.once('drain', () => {
      this.#clogged = undefined;
      this.#goOn(false);
    });
  }

  /** Has the session produce when the peer has taken what there was, and the other connections have had their turn. */
  #produceLater(): void {
    if (this.#willProduce || this.#reply.ended || this.#socket.writableNeedDrain) return;
    this.#willProduce = true;
    setImmediate(() => {
      this.#willProduce = false;
      if (this.#isWaiting || this.#reply.ended || this.#socket.destroyed) return;
      this.#session.produce?.(this.#reply);
      this.#goOn(false);
    });
  }
}

/** Holds a conversation on a socket, from now to its end. @param together what it shares with the server's others. */
export function serveByCallbacks(socket: Socket, app: App, together: Together = {}): void {
  new CallbackStream(socket, app, together).serve();
}
