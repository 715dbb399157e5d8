import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StreamApp } from '../../servers/apps/app.ts';
import { serveByCallbacks } from '../../servers/node/callback-stream.ts';
import { converse, listenStream } from '../../servers/node/streams.ts';
import { NonblockingConnection, StreamBuffers } from '../../servers/readiness/connection.ts';
import { DescriptorRoom, openRoom } from '../../servers/rooms/descriptor-room.ts';
import { SocketRoom } from '../../servers/rooms/socket-room.ts';
import { check } from '../../sockets/errors/errno.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { recv, SHUT_WR, send, shutdown } from '../../sockets/socket.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { whyMissing } from '../requirements.ts';
import { connectedPair } from './connected-pair.ts';
import { soon, until } from './until.ts';

// Promises of the models to an app's sessions about delays, which the apps of the conformance suite can't check.

describe('an app can delay its replies to the opening and to FIN:', () => {
  /** Sends first and last, each after a delay. */
  const patient: StreamApp = {
    stream: () => ({
      open(reply) {
        reply.wait(2e6);
        reply.send(Buffer.from('hello '), 0, 6);
      },
      receive: () => undefined,
      finish(reply) {
        reply.wait(2e6);
        reply.send(Buffer.from('goodbye'), 0, 7);
      },
    }),
  };

  const spec = { transport: 'tcp', app: 'echo', host: '127.0.0.1', port: 0 } as const;

  test.each([
    ['callbacks', (socket: Socket) => serveByCallbacks(socket, patient)],
    ['an async function', (socket: Socket) => void converse(socket, patient.stream())],
  ])('served by %s', async (_, serve) => {
    const server = await listenStream(spec, serve);
    onTestFinished(() => server.close());
    await using client = await StreamClient.connect(server.address);
    client.write(Buffer.of(1));
    client.finish();
    expect((await soon('the end', client.readToEnd())).toString()).toBe('hello goodbye');
  });

  test.skipIf(whyMissing('libc'))('served with non-blocking calls', async () => {
    const { client, server } = connectedPair(false);
    const connection = new NonblockingConnection(server, patient, new StreamBuffers());
    check(shutdown(client, SHUT_WR), 'shutdown');
    let step = connection.open();
    await until('the end', () => {
      if (step !== 'close') step = step === 'wait' ? connection.resume() : connection.serve();
      return step === 'close';
    });
    connection.close();
    const memory = new NativeMemory(100);
    onTestFinished(() => memory.free());
    let length = 0;
    for (let got = -1; got !== 0; length += got) got = check(recv(client, memory, length, 100 - length), 'recv');
    expect(Buffer.from(memory.bytes.subarray(0, length)).toString()).toBe('hello goodbye');
  });
});

describe('nothing is received while the room is full, even after a delay by the app:', () => {
  /** A room whose link is full after each line, and drains a little later. */
  class FullRoom extends SocketRoom {
    readonly lines: string[] = [];
    readonly #link = new EventEmitter();
    #isFull = false;

    override broadcast(_speaker: number, bytes: Uint8Array): void {
      this.lines.push(Buffer.from(bytes).toString());
      this.#isFull = true;
      setTimeout(() => {
        this.#isFull = false;
        this.#link.emit('drain');
      }, 30);
    }

    override get notDrained(): Socket | undefined {
      return this.#isFull ? (this.#link as Socket) : undefined;
    }
  }

  /**
   * Returns an app that repeats its input to the others, after a delay.
   * @param receivedByOthers gets the input received while the room was full.
   */
  function repeating(room: FullRoom, receivedByOthers: string[]): StreamApp {
    return {
      stream: () => ({
        receive(bytes, start, end, reply) {
          if (room.notDrained !== undefined) receivedByOthers.push(Buffer.from(bytes.subarray(start, end)).toString());
          reply.wait(2e6);
          reply.toOthers(bytes, start, end);
        },
      }),
    };
  }

  test.each([
    ['callbacks', serveByCallbacks],
    [
      'an async function',
      (socket: Socket, app: StreamApp, room: SocketRoom) => void converse(socket, app.stream(), room),
    ],
  ])('served by %s', async (_, serve) => {
    const room = new FullRoom();
    const receivedByOthers: string[] = [];
    const spec = { transport: 'tcp', app: 'chat', host: '127.0.0.1', port: 0 } as const;
    const server = await listenStream(spec, (socket) => serve(socket, repeating(room, receivedByOthers), room));
    onTestFinished(() => server.close());
    await using client = await StreamClient.connect(server.address);
    for (const line of ['one\n', 'two\n', 'three\n']) {
      const before = room.lines.length;
      client.write(Buffer.from(line));
      // The next line is sent while the link is full.
      await until('the line', () => room.lines.length > before);
    }
    client.finish();
    await soon('the end', client.readToEnd());
    expect([room.lines, receivedByOthers]).toEqual([['one\n', 'two\n', 'three\n'], []]);
  });
});

test.skipIf(whyMissing('libc'))('with non-blocking calls, lines for other clients are delayed, too', () => {
  const { client, server } = connectedPair(false);
  const relayed: string[] = [];
  class Room extends DescriptorRoom {
    override broadcast(_fd: number, bytes: Uint8Array, start: number, end: number): void {
      relayed.push(Buffer.from(bytes.subarray(start, end)).toString());
    }
  }
  const memory = openRoom();
  if (memory === undefined) throw new Error('a chat has a room');
  const app: StreamApp = {
    stream: () => ({
      receive(bytes, start, end, reply) {
        reply.wait(1e6);
        reply.toOthers(bytes, start, end);
      },
    }),
  };
  const buffers = new StreamBuffers(new Room(memory));
  const connection = new NonblockingConnection(server, app, buffers);
  onTestFinished(() => {
    connection.close();
    buffers.free();
  });
  const line = new NativeMemory(8);
  onTestFinished(() => line.free());
  line.bytes.set(Buffer.from('hi\n'));
  connection.open();
  expect(send(client, line, 0, 3)).toBe(3);
  expect([connection.serve(), relayed]).toEqual(['wait', []]);
  expect([connection.resume(), relayed]).toEqual(['receive', ['hi\n']]);
});
