import { describe, expect, onTestFinished, test } from 'vitest';
import type { Client, ClientWorker } from '../../servers/blocking/client-workers.ts';
import type { RunningServer } from '../../servers/contract.ts';
import type { WorkSpec } from '../../servers/work/spec.ts';
import { asInternet } from '../../sockets/address.ts';
import { close, connect, send, type Transport } from '../../sockets/socket.ts';
import { DatagramClient } from '../conformance/datagram-client.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { whyMissing } from '../requirements.ts';
import { listening, memory } from '../sockets/open.ts';
import { until } from './until.ts';

// From dist, because it starts threads.
const built = new URL('../../dist/servers/blocking/server-per-client.js', import.meta.url).href;
const { startConcurrentServer } = (await import(built)) as typeof import('../../servers/blocking/server-per-client.ts');

/** Takes clients' sockets and holds each until its conversation is ended. */
class Collector {
  readonly fds: number[] = [];
  /** First datagrams of the conversations over UDP. */
  readonly firsts: Client['first'][] = [];
  /** Maximum of concurrent conversations. */
  most = 0;
  /** Number of clientWorkers started. */
  clientWorkers = 0;
  readonly #ends: (() => void)[] = [];

  readonly begin = (): ClientWorker => {
    this.clientWorkers++;
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    return { ended, serve: (client) => this.#serve(client), dismiss: end, end };
  };

  /** Ends the oldest conversation. */
  endFirst(): void {
    this.#ends.shift()?.();
  }

  #serve({ fd, first }: Client): Promise<boolean> {
    this.fds.push(fd);
    this.firsts.push(first);
    return new Promise((resolve) => {
      this.#ends.push(() => {
        close(fd);
        resolve(true);
      });
      this.most = Math.max(this.most, this.#ends.length);
    });
  }
}

async function start(
  transport: Transport,
  capacity: number,
  work?: WorkSpec,
): Promise<{ server: RunningServer; collector: Collector }> {
  const collector = new Collector();
  const spec = { transport, app: 'echo', work, host: '127.0.0.1', port: 0 } as const;
  const server = await startConcurrentServer(spec, capacity, collector.begin);
  onTestFinished(async () => {
    await server.close();
    for (let i = 0; i < collector.fds.length; i++) collector.endFirst();
  });
  return { server, collector };
}

async function connectPeer(server: RunningServer): Promise<DatagramClient> {
  const client = await DatagramClient.connect(server.address);
  onTestFinished(() => client.close());
  return client;
}

const hello = Buffer.from('hello');
/** Each answer takes 1 ms. */
const SLOW: WorkSpec = { parts: [{ share: 1, cpuNanos: 0, ioNanos: 1e6 }], cacheHit: 0, requestBytes: null };
const FLOOD_MS = 50;

describe.skipIf(whyMissing('libc'))('a concurrent server', () => {
  test('accepts no further connection at its capacity until one has ended', async () => {
    const { server, collector } = await start('tcp', 2);
    for (let i = 0; i < 4; i++) {
      const client = await StreamClient.connect(server.address);
      onTestFinished(() => client[Symbol.asyncDispose]());
    }
    await until('two conversations', () => collector.fds.length >= 2);
    collector.endFirst();
    await until('a third', () => collector.fds.length >= 3);
    collector.endFirst();
    await until('a fourth', () => collector.fds.length >= 4);
    expect(collector.most).toBe(2);
    expect(collector.clientWorkers, 'threads or processes for four clients').toBe(2);
  });

  test('gives each UDP peer one socket, however many datagrams it sends at once', async () => {
    const { server, collector } = await start('udp', 100);
    const peers = await Promise.all(Array.from({ length: 20 }, () => connectPeer(server)));
    await Promise.all(peers.flatMap((peer) => Array.from({ length: 10 }, () => peer.send(hello))));
    // All datagrams of a peer may have come between the bind and the connect of another peer's socket.
    await until('all peers’ sockets', async () => {
      await Promise.all(peers.map((peer) => peer.send(hello)));
      return collector.fds.length >= peers.length;
    });
    // The listener has received everything sent before this stranger's datagram.
    const stranger = await connectPeer(server);
    await until('the stranger’s socket', async () => {
      await stranger.send(hello);
      return collector.fds.length > peers.length;
    });
    expect(collector.fds.length).toBe(peers.length + 1);
  });

  test('gives sockets to peers that send faster than they are answered', async () => {
    const { server, collector } = await start('udp', 100, SLOW);
    const bytes = memory(8);
    // Several peers, because not every peer sends something in the moment after its socket is connected.
    for (let count = 1; count <= 10; count++) {
      const peer = listening('udp');
      connect(peer, server.address);
      await until(`${count} sockets`, () => {
        const end = performance.now() + FLOOD_MS;
        while (performance.now() < end) send(peer, bytes, 0, 8);
        return collector.fds.length >= count;
      });
    }
  });

  test('passes on the first datagram of a conversation, unanswered', async () => {
    const { server, collector } = await start('udp', 100);
    const peers = [await connectPeer(server), await connectPeer(server)];
    for (const [i, peer] of peers.entries()) await peer.send(Buffer.from([i, 0, 255]));
    await until('both', () => collector.firsts.length === 2);
    const bytes = collector.firsts.map((first) => [...Buffer.from(first?.base64 ?? '', 'base64')]);
    expect(bytes.sort()).toEqual([
      [0, 0, 255],
      [1, 0, 255],
    ]);
    expect(new Set(collector.firsts.map((first) => first && asInternet(first.peer).port)).size).toBe(2);
  });

  test('answers peers above its capacity from the listener itself', async () => {
    const { server, collector } = await start('udp', 1);
    await (await connectPeer(server)).send(hello);
    await until('the first peer’s socket', () => collector.fds.length === 1);
    const second = await connectPeer(server);
    for (let i = 0; i < 10; i++) expect(await second.exchange(hello)).toEqual(hello);
    expect(collector.fds.length).toBe(1);
  });

  test('starts a new conversation for a peer that sends again after its first one ended', async () => {
    const { server, collector } = await start('udp', 10);
    const peer = await connectPeer(server);
    await peer.send(hello);
    await until('a socket', () => collector.fds.length === 1);
    collector.endFirst();
    await until('another socket', async () => {
      await peer.send(hello);
      return collector.fds.length === 2;
    });
    expect(collector.clientWorkers, 'threads or processes for both').toBe(1);
  });
});
