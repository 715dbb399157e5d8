import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../servers/apps/echo.ts';
import { RingDatagrams } from '../../servers/completion/ring-datagrams.ts';
import { RingStreams } from '../../servers/completion/ring-streams.ts';
import { check, EAGAIN } from '../../sockets/errors/errno.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import {
  close,
  connect,
  localAddress,
  MSG_DONTWAIT,
  openServer,
  recv,
  SHUT_WR,
  send,
  shutdown,
  socket,
  type Transport,
} from '../../sockets/socket.ts';
import { DatagramLayout } from '../../sockets/uring/datagram-layout.ts';
import { patternBytes } from '../conformance/bytes.ts';
import { whyMissing } from '../requirements.ts';
import { closing, loopback, memory } from '../sockets/open.ts';
import { openRings } from '../sockets/rings.ts';
import { PATIENCE_MS } from './until.ts';

const echo = createApp();

const SECOND = 1e9;
/** A server that takes no byte for this time, in milliseconds, has stopped reading. */
const STILL_MS = 200;

/** A client without its own thread: it runs between the server's turns. */
class Client {
  readonly fd: number;
  readonly #parts: Buffer[] = [];
  readonly #memory = memory(1 << 20);

  constructor(server: number, transport: Transport) {
    this.fd = closing(check(socket(transport, loopback.host), 'socket'));
    check(connect(this.fd, localAddress(server)), 'connect');
  }

  /** Sends bytes. @returns number of bytes taken. */
  send(bytes: Uint8Array): number {
    this.#memory.bytes.set(bytes);
    const sent = send(this.fd, this.#memory, 0, bytes.length, MSG_DONTWAIT);
    return sent === -EAGAIN ? 0 : check(sent, 'send');
  }

  /** Returns all bytes received so far. */
  received(): Buffer {
    this.has(Number.POSITIVE_INFINITY);
    return Buffer.concat(this.#parts);
  }

  /** Reports whether `bytes` bytes have been received. */
  has(bytes: number): boolean {
    for (;;) {
      const length = recv(this.fd, this.#memory, 0, this.#memory.size, MSG_DONTWAIT);
      if (length <= 0) return this.#parts.reduce((sum, part) => sum + part.length, 0) >= bytes;
      this.#parts.push(Buffer.from(this.#memory.bytes.subarray(0, length)));
    }
  }
}

function listening(transport: Transport): number {
  return closing(openServer(transport, loopback));
}

function streams(listener: number, buffers: number, bufferSize: number): RingStreams {
  const server = new RingStreams(listener, echo, { buffers, bufferSize });
  onTestFinished(() => server.close());
  return server;
}

/** Runs the server until the condition holds. @throws {Error} after {@link PATIENCE_MS}. */
function serveUntil(server: RingStreams | RingDatagrams, what: string, condition: () => boolean): void {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`);
    server.serve(SECOND / 100);
  }
}

/**
 * Runs the server until it takes no more bytes from a client.
 * @param sendMore sends, and returns the number of bytes taken.
 */
function serveUntilStuck(server: RingStreams, sendMore: () => number): void {
  let last = performance.now();
  while (performance.now() < last + STILL_MS) {
    if (sendMore() > 0) last = performance.now();
    server.serve(SECOND / 100);
  }
}

describe.skipIf(whyMissing('uring'))('a server’s ring', () => {
  test.each([1, 2, 4])('serves more connections at once than it has buffers: %i', (buffers) => {
    const listener = listening('tcp');
    const server = streams(listener, buffers, 16);
    const clients = Array.from({ length: 10 }, () => new Client(listener, 'tcp'));
    for (let round = 1; round <= 3; round++) {
      const sent = clients.map((_, i) => Buffer.from(patternBytes(i, 0, round * 100)));
      for (const [i, client] of clients.entries()) client.send((sent[i] as Buffer).subarray(-100));
      serveUntil(server, 'all echoes', () => clients.every((client) => client.has(round * 100)));
      for (const [i, client] of clients.entries()) expect(client.received().equals(sent[i] as Buffer)).toBe(true);
    }
  });

  test('answers more datagrams at once than it has buffers', () => {
    const fd = listening('udp');
    const server = new RingDatagrams(fd, echo, { buffers: 2, bufferSize: DatagramLayout.overhead + 100 });
    onTestFinished(() => server.close());
    const clients = Array.from({ length: 20 }, () => new Client(fd, 'udp'));
    for (const [i, client] of clients.entries()) client.send(patternBytes(i, 0, 100));
    serveUntil(server, 'all echoes', () => clients.every((client) => client.has(100)));
    for (const [i, client] of clients.entries()) expect(client.received().equals(patternBytes(i, 0, 100))).toBe(true);
  });

  test.each([1, 2])(
    'waits for a client that does not read, keeps none of %i buffers for it, and sends all in order',
    (buffers) => {
      const listener = listening('tcp');
      const server = streams(listener, buffers, 4096);
      const stuck = new Client(listener, 'tcp');
      const other = new Client(listener, 'tcp');
      let sent = 0;
      serveUntilStuck(server, () => {
        const taken = stuck.send(patternBytes(1, sent, 65_536));
        sent += taken;
        return taken;
      });
      other.send(Buffer.from('hello'));
      serveUntil(server, 'the other’s echo', () => other.has(5));
      check(shutdown(stuck.fd, SHUT_WR), 'shutdown');
      serveUntil(server, 'all that was sent', () => stuck.has(sent));
      expect(stuck.received().equals(patternBytes(1, 0, sent))).toBe(true);
    },
  );

  test('ends pending operations and releases all resources when it is closed', () => {
    const listener = listening('tcp');
    const before = openRings();
    const server = new RingStreams(listener, echo, { buffers: 2, bufferSize: 4096 });
    const clients: number[] = [];
    const full = new NativeMemory(1 << 20);
    for (let i = 0; i < 3; i++) {
      const client = check(socket('tcp', loopback.host), 'socket');
      clients.push(client);
      check(connect(client, localAddress(listener)), 'connect');
      // It has waiting sends, stopped receives, and unread bytes.
      serveUntilStuck(server, () => send(client, full, 0, full.size, MSG_DONTWAIT));
    }
    expect(openRings().files).toBe(before.files + 1 + 2 * clients.length);
    server.close();
    for (const client of clients) close(client);
    full.free();
    expect(openRings()).toEqual(before);
  });
});
