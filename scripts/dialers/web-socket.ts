import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { TargetError } from '../../bench/model/errors.ts';
import type { Dialer } from './dialer.ts';

/** What RFC 6455, section 7.4.1, calls a connection that ended without a closing handshake. */
const ABNORMAL_CLOSURE = 1006;
/** Whose patience with the closing handshake ends when is the conversation's affair. As long as timers go. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** A WebSocket, over TLS or not. Whose certificate it is isn't asked: servers of this program sign their own. */
export const webSocket: Dialer = {
  messages: true,
  closes: true,
  patienceMs: 10_000,
  async dial({ url }, signal) {
    const options = { rejectUnauthorized: false, perMessageDeflate: false, closeTimeout: NO_LIMIT_MS };
    const socket = new WebSocket(url, options);
    // Before it stands: the first message may come with the answer to the upgrade.
    const stream = new MessageStream(socket);
    try {
      await once(socket, 'open', { signal });
    } catch (error) {
      stream.destroy();
      throw asRefusal(url, error);
    }
    return stream;
  },
};

/** Of what has no code of the system the reason is that somebody is there, but speaks otherwise. */
function asRefusal(url: string, error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error;
  const reason = `${error.message}: does it serve WebSockets?`;
  return new TargetError(`can't connect to ${url}: ${reason}`, [], { cause: error });
}

/** Each chunk written is a message: of text where it can be, as what is typed mostly is. */
class MessageStream extends Duplex {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    // Whoever opens it or reads hears of failures; in between nobody does.
    this.on('error', () => undefined);
    socket.on('message', (message: Buffer) => {
      if (!this.push(message)) socket.pause();
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', (code) => {
      if (code === ABNORMAL_CLOSURE) this.destroy(connectionReset());
      else this.push(null);
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(message: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    // What fails, or comes after the peer's close, is told by the end of reading.
    if (this.#socket.readyState !== WebSocket.OPEN) done();
    else this.#socket.send(message, { binary: !isUtf8(message) }, () => done());
  }

  /** Nothing more will be said: the closing handshake begins, and ends when the peer has said all. */
  override _final(done: () => void): void {
    this.#socket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }
}

function connectionReset(): Error {
  return Object.assign(new Error('it ended without a closing handshake'), { code: 'ECONNRESET' });
}
