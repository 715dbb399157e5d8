import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { until } from '../servers/until.ts';
import { StreamClient } from './stream-client.ts';

/** What is said so that everyone knows to be in the room; of no interest otherwise. */
const CALL = 'anybody there?';

/** A client of a chat that keeps every line it hears. */
export class Chatter {
  readonly client: StreamClient;
  /** Lines heard, without newlines and calls. */
  readonly lines: string[] = [];
  /** Has it heard anything at all? */
  present = false;
  #partial = '';

  constructor(client: StreamClient) {
    this.client = client;
    client.socket.on('data', (chunk) => this.#hear(chunk.toString('latin1'))).resume();
  }

  get gone(): boolean {
    return this.client.socket.readableEnded || this.client.socket.destroyed;
  }

  say(text: string): void {
    this.client.write(Buffer.from(text, 'latin1'));
  }

  /** Waits until it has heard so many lines. */
  async heard(count: number): Promise<string[]> {
    await until(`${count} lines`, () => this.lines.length >= count || this.gone);
    return this.lines;
  }

  #hear(text: string): void {
    this.present = true;
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) if (line !== CALL) this.lines.push(line);
  }
}

/** Clients in one room: they have all heard each other's room, and nothing but calls was said. Dispose of them. */
export class Chatters implements AsyncDisposable {
  readonly all: readonly Chatter[];

  private constructor(all: readonly Chatter[]) {
    this.all = all;
  }

  /** @param count at least two. @param connect how each connects, by its number. */
  static async enter(
    address: SocketAddress,
    transport: TransportName,
    count: number,
    connect: (
      address: SocketAddress,
      transport: TransportName,
      index: number,
    ) => Promise<StreamClient> = StreamClient.connect,
  ): Promise<Chatters> {
    const clients = await Promise.all(Array.from({ length: count }, (_, i) => connect(address, transport, i)));
    const chatters = new Chatters(clients.map((client) => new Chatter(client)));
    // A connection is there before the server knows of it: calls are repeated until each client has heard one.
    await until('everybody to be in the room', () => {
      for (const chatter of chatters.all.slice(0, 2)) chatter.say(`${CALL}\n`);
      return chatters.all.every(({ present }) => present);
    });
    return chatters;
  }

  at(index: number): Chatter {
    const chatter = this.all[index];
    if (chatter === undefined) throw new RangeError(`there is no client ${index}`);
    return chatter;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { client } of this.all) client.socket.destroy();
  }
}
