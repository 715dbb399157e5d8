import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { TargetError } from '../../../bench/model/errors.ts';
import type { Dialer } from './dialer.ts';

/** Status code of a connection that ended without a closing handshake: RFC 6455, section 7.4.1. */
const ABNORMAL_CLOSURE = 1006;
/** Longest delay of a timer. The conversation, not the library, limits the time of the closing handshake. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** Dials a WebSocket, with or without TLS. Certificates are not verified: the built-in servers use self-signed ones. */
export const webSocket: Dialer = {
  messages: true,
  closes: true,
  timeoutMs: 10_000,
  async dial({ url }, signal) {
    const options = { rejectUnauthorized: false, perMessageDeflate: false, closeTimeout: NO_LIMIT_MS };
    const socket = new WebSocket(url, options);
    // Listen before the connection is open: the first message may arrive with the response to the upgrade.
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

/** Converts an error without a system error code: a server answered, but not as a WebSocket server. */
function asRefusal(url: string, error: unknown): unknown {
  if (!(error instanceof Error) || 'code' in error) return error;
  const reason = `${error.message}: does it serve WebSockets?`;
  return new TargetError(`can't connect to ${url}: ${reason}`, [], { cause: error });
}

/** Sends each written chunk as a message: a text message when it is valid UTF-8, else a binary one. */
class MessageStream extends Duplex {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    // Errors are reported to dial() or to the reader. Between the two no one listens, and 'error' would be thrown.
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
    // The readable side reports a failure to send, and a close of the peer before it.
    if (this.#socket.readyState !== WebSocket.OPEN) done();
    else this.#socket.send(message, { binary: !isUtf8(message) }, () => done());
  }

  /** Starts the closing handshake, which ends when the peer has sent everything. */
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
  return Object.assign(new Error('the connection ended without a closing handshake'), { code: 'ECONNRESET' });
}
