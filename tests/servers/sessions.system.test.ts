import { describe, expect, onTestFinished, test } from 'vitest';
import type { StreamApp, StreamReply, StreamSession } from '../../servers/apps/app.ts';
import { serveStream } from '../../servers/blocking/stream.ts';
import { converse, listenStream } from '../../servers/node/streams.ts';
import { NonblockingConnection, StreamBuffers } from '../../servers/readiness/connection.ts';
import { check, EAGAIN } from '../../sockets/errors/errno.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { close, MSG_DONTWAIT, recv, SHUT_WR, send, setReceiveTimeout, shutdown } from '../../sockets/socket.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { whyMissing } from '../requirements.ts';
import { connectedPair } from './connected-pair.ts';
import { PATIENCE_MS, until } from './until.ts';

/** More than one recv takes. */
const SENT = 200_000;

// Promises of the models to an app's sessions that the apps of the conformance suite can't check.

/** Answers the first bytes that it receives, ends the conversation, and then tries to send more. */
class Talkative implements StreamApp, StreamSession {
  readonly calls: string[] = [];

  stream(): StreamSession {
    return this;
  }

  receive(_bytes: Uint8Array, _start: number, _end: number, reply: StreamReply): void {
    this.calls.push('receive');
    reply.send(Buffer.from('400 bad request'), 0, 3);
    reply.end();
    reply.send(Buffer.from('more'), 0, 4);
    reply.sendConstant(Buffer.from('and more'), 0, 8);
  }

  finish(): void {
    this.calls.push('finish');
  }
}

/** Always has something to send, in pieces of this size. */
class Endless implements StreamApp, StreamSession {
  pieces = 0;
  readonly piece = new Uint8Array(65_536);

  stream(): StreamSession {
    return this;
  }

  receive(): void {}

  produce(reply: StreamReply): void {
    this.pieces++;
    reply.sendConstant(this.piece, 0, this.piece.length);
  }
}

test.skipIf(whyMissing('libc'))('a session produces the next piece when the kernel has taken the one before', () => {
  const app = new Endless();
  const { client, server } = connectedPair(false);
  check(setReceiveTimeout(client, PATIENCE_MS), 'setsockopt');
  const connection = new NonblockingConnection(server, app, new StreamBuffers());
  onTestFinished(() => connection.close());
  expect(connection.open()).toBe('send');
  for (let before = 0; app.pieces > before; ) {
    before = app.pieces;
    expect(connection.serve()).toBe('send');
  }
  // All except the piece that the kernel had no room for.
  let missing = (app.pieces - 1) * app.piece.length;
  expect(missing).toBeGreaterThan(0);
  const memory = new NativeMemory(65_536);
  onTestFinished(() => memory.free());
  while (missing > 0) missing -= check(recv(client, memory, 0, Math.min(65_536, missing)), 'recv');
});

describe.skipIf(whyMissing('libc'))('after its end a session receives nothing, and nothing is sent for it:', () => {
  /** A connection whose client has already sent everything and FIN, so that no wait is necessary. */
  function connection(blocking: boolean): { client: number; server: number } {
    const { client, server } = connectedPair(blocking);
    const memory = new NativeMemory(SENT);
    onTestFinished(() => memory.free());
    expect(send(client, memory, 0, SENT)).toBe(SENT);
    check(shutdown(client, SHUT_WR), 'shutdown');
    return { client, server };
  }

  /** Returns what the server has sent, up to its FIN. */
  function receivedFrom(client: number): string {
    const memory = new NativeMemory(100);
    onTestFinished(() => memory.free());
    const length = check(recv(client, memory, 0, 100), 'recv');
    expect(recv(client, memory, 50, 50), 'the end').toBe(0);
    return Buffer.from(memory.bytes.subarray(0, length)).toString();
  }

  test('with blocking calls', () => {
    const app = new Talkative();
    const { client, server } = connection(true);
    serveStream(server, app);
    close(server);
    expect([receivedFrom(client), app.calls]).toEqual(['400', ['receive']]);
  });

  test('with non-blocking calls', async () => {
    const app = new Talkative();
    const { client, server } = connection(false);
    const served = new NonblockingConnection(server, app, new StreamBuffers());
    let next = served.open();
    await until('the end', () => {
      if (next !== 'close') next = served.serve();
      return next === 'close';
    });
    served.close();
    expect([receivedFrom(client), app.calls]).toEqual(['400', ['receive']]);
  });
});

test.skipIf(whyMissing('libc'))(
  'a waiting connection is resumed when its delay is over; an event before that closes it',
  () => {
    const { client, server } = connectedPair(false);
    const app: StreamApp = {
      stream: () => ({
        receive(bytes, start, end, reply) {
          reply.wait(3e6);
          reply.send(bytes, start, end);
          reply.wait(4e6);
        },
      }),
    };
    const connection = new NonblockingConnection(server, app, new StreamBuffers());
    onTestFinished(() => connection.close());
    const memory = new NativeMemory(100);
    onTestFinished(() => memory.free());
    expect(connection.open()).toBe('receive');
    expect(send(client, memory, 0, 9)).toBe(9);
    expect([connection.serve(), connection.waitNanos]).toEqual(['wait', 7e6]);
    expect(recv(client, memory, 0, 100, MSG_DONTWAIT)).toBe(-EAGAIN);
    expect([connection.resume(), connection.waitNanos]).toEqual(['receive', 0]);
    expect(recv(client, memory, 0, 100)).toBe(9);
    expect(send(client, memory, 0, 9)).toBe(9);
    expect([connection.serve(), connection.serve()]).toEqual(['wait', 'close']);
  },
);

test('after its end a session in an async function receives nothing, and nothing is sent for it', async () => {
  const app = new Talkative();
  const spec = { transport: 'tcp', app: 'echo', host: '127.0.0.1', port: 0 } as const;
  let over = false;
  const server = await listenStream(spec, async (socket) => {
    await converse(socket, app);
    over = true;
  });
  onTestFinished(() => server.close());
  await using client = await StreamClient.connect(server.address);
  client.write(Buffer.alloc(SENT));
  client.finish();
  expect((await client.readToEnd()).toString()).toBe('400');
  await until('the conversation to end', () => over);
  expect(app.calls).toEqual(['receive']);
});
