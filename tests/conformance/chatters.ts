import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { until } from '../servers/until.ts';
import { StreamClient } from './stream-client.ts';

/** A line that shows each client that it is in the room. Tests ignore it otherwise. */
const CALL = 'is anyone here?';

/** A chat client that keeps every line it receives. */
export class Chatter {
  readonly client: StreamClient;
  /** Received lines, without newlines and calls. */
  readonly lines: string[] = [];
  /** Whether it has received anything. */
  present = false;
  #partial = '';

  constructor(client: StreamClient) {
    this.client = client;
    client.socket.on('data', (chunk) => this.#receive(chunk.toString('latin1'))).resume();
  }

  get gone(): boolean {
    return this.client.socket.readableEnded || this.client.socket.destroyed;
  }

  send(text: string): void {
    this.client.write(Buffer.from(text, 'latin1'));
  }

  /** Waits until it has received `count` lines. */
  async received(count: number): Promise<string[]> {
    await until(`${count} lines`, () => this.lines.length >= count || this.gone);
    return this.lines;
  }

  #receive(text: string): void {
    this.present = true;
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) if (line !== CALL) this.lines.push(line);
  }
}

/** Clients in one room. Each has received a call from another, and nothing else was sent. Dispose of them. */
export class Chatters implements AsyncDisposable {
  readonly all: readonly Chatter[];

  private constructor(all: readonly Chatter[]) {
    this.all = all;
  }

  /** @param count at least two. @param connect connects a client, given its number. */
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
    // The server sees a connection later than the client: repeat the calls until each client has received one.
    await until('all clients to be in the room', () => {
      for (const chatter of chatters.all.slice(0, 2)) chatter.send(`${CALL}\n`);
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
