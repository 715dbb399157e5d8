import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { ESTABLISHED } from '../../../bench/load/channels/channel.ts';
import type { TlsChannel } from '../../../bench/load/channels/tls.ts';
import { soon } from '../../servers/until.ts';
import { closing, deliver, pendingOf, sealed } from './in-memory.ts';

/** A connection of a channel to a server, over a socket of Node. */
export class Dialled {
  received = Buffer.alloc(0);
  readonly #channel: TlsChannel;
  readonly #socket: Socket;
  readonly #changes = new EventEmitter();

  private constructor(channel: TlsChannel, socket: Socket) {
    this.#channel = channel;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      const { plain, answer } = deliver(channel, chunk);
      this.received = Buffer.concat([this.received, plain]);
      if (answer.length > 0) socket.write(answer);
      this.#changes.emit('change');
    });
    socket.on('end', () => {
      channel.finish(0);
      this.#changes.emit('change');
    });
    // A reset after the end of the channel.
    socket.on('error', () => undefined);
  }

  /** Connects, and begins the handshake on connection 0 of the channel. The connection ends with the test. */
  static async connect(channel: TlsChannel, port: number): Promise<Dialled> {
    const socket = connect({ port, host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    await soon('a connection', once(socket, 'connect'));
    const dialled = new Dialled(channel, socket);
    channel.begin(0);
    socket.write(pendingOf(channel));
    return dialled;
  }

  /** As {@link connect}, and waits for the handshake. */
  static async established(channel: TlsChannel, port: number): Promise<Dialled> {
    const dialled = await Dialled.connect(channel, port);
    await dialled.until('the handshake', () => channel.state(0) === ESTABLISHED);
    return dialled;
  }

  /** Waits until a condition holds, after what the server sent. */
  async until(what: string, condition: () => boolean): Promise<void> {
    while (!condition()) await soon(what, once(this.#changes, 'change'));
  }

  send(plain: Uint8Array): void {
    this.#socket.write(sealed(this.#channel, plain));
  }

  /** Ends the channel and the connection in an orderly way. */
  async close(): Promise<void> {
    this.#socket.end(closing(this.#channel));
    await soon('the end of the connection', once(this.#socket, 'close'));
    this.#channel.end(0);
  }
}
