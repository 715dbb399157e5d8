import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ProtocolSpec } from '../../bench/load/protocols/make-protocol.ts';
import { exchangeOf, parseScriptText, type Script } from '../../bench/load/protocols/script/exchange.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { EPROTO, ETIMEDOUT } from '../../sockets/errors/errno.ts';
import { send } from '../../sockets/socket.ts';
import { whyMissing } from '../requirements.ts';
import { noLibc } from '../sockets/open.ts';
import { ExchangeLoad } from './exchange-load.ts';
import type { Reply, TurningServer } from './turning-server.ts';

const step = (send: string, expect: string) => exchangeOf(parseScriptText(send), parseScriptText(expect));

/** Greets with `HELLO`, then exchanges `PING` for `PONG`. */
const script: Script = { login: [step('HELLO\\n', 'WELCOME\\n')], repeat: [step('PING\\n', 'PONG\\n')] };
const scripted: ProtocolSpec = { kind: 'script', script };
const http: ProtocolSpec = {
  kind: 'http',
  exchange: { host: 'localhost', requests: [{ path: '/' }], keepAlive: true },
};
const webSocket: ProtocolSpec = {
  kind: 'websocket',
  exchange: { host: 'localhost', path: '/', sizes: fixedSize(64), text: false },
};

function answer(server: TurningServer, fd: number, text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  server.inbox.bytes.set(bytes);
  send(fd, server.inbox, 0, bytes.length);
}

const received = (server: TurningServer, length: number) =>
  Buffer.from(server.inbox.bytes.subarray(0, length)).toString('latin1');

/** Answers each line by what the table says. */
function lines(table: Readonly<Record<string, string>>): Reply {
  return (server, fd, _, length) => {
    const replies = received(server, length)
      .split('\n')
      .slice(0, -1)
      .map((line) => table[line] ?? '');
    answer(server, fd, replies.join(''));
  };
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const ways = (['epoll', 'ring'] as const).filter((by) => by === 'epoll' || whyMissing('uring') === undefined);

describe.skipIf(noLibc).each(ways)('over %s', (by) => {
  const start = (reply: Reply, protocol: ProtocolSpec, point = {}) =>
    new ExchangeLoad(reply, { by, protocol, point: { connections: 2, ...point } });

  test('a connection greets once, before its first request', () => {
    const seen: string[] = [];
    const load = start((server, fd, connection, length) => {
      if (connection === 0) seen.push(received(server, length));
      lines({ HELLO: 'WELCOME\n', PING: 'PONG\n' })(server, fd, connection, length);
    }, scripted);
    const counts = load.flow(50);
    expect(counts).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
    expect(seen.slice(0, 3)).toEqual(['HELLO\n', 'PING\n', 'PING\n']);
    expect(new Set(seen.slice(1))).toEqual(new Set(['PING\n']));
  });

  test('a refused or wrong greeting is a failure to connect, which is tried again', () => {
    const load = start(lines({ HELLO: 'GO AWAY!\n' }), scripted);
    load.until(() => load.server.accepted >= 6);
    expect(load.state.counts.sent).toBe(0);
    expect(load.workload.sockets.lastErrno).toBe(EPROTO);
    expect(load.state.badReplies.examples()?.corruption).toEqual({
      fault: 'the reply differs from the expected one, at byte 0',
      example: 'GO AWAY!\\n',
    });
  });

  test('a server that does not answer the greeting is left after the time-out', () => {
    const load = start(() => undefined, scripted);
    load.until(() => load.server.accepted === 2);
    load.state.flowing = true;
    load.workload.sweep(nowNanos(), nowNanos());
    expect(load.workload.sockets.lastErrno).toBe(ETIMEDOUT);
    load.until(() => load.server.accepted === 4);
    // Each attempt that failed is a request that was due.
    expect(load.state.counts).toMatchObject({ sent: 0, refused: 2 });
  });

  test('a reply may be cut anywhere', () => {
    const load = start((server, fd, connection, length) => {
      const before = server.later.length;
      lines({ HELLO: '', PING: '' })(server, fd, connection, length);
      const text = received(server, length) === 'HELLO\n' ? 'WELCOME\n' : 'PONG\n';
      for (const byte of Buffer.from(text)) server.later.push({ fd, bytes: Uint8Array.of(byte) });
      expect(server.later.length).toBe(before + text.length);
    }, scripted);
    expect(load.flow(20)).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
  });

  test('a server that closes after a reply gets a new connection, and no request fails', () => {
    const load = start((server, fd) => {
      answer(server, fd, OK.replace('\r\n', '\r\nConnection: close\r\n'));
      server.hangUp(fd);
    }, http);
    const counts = load.flow(50);
    expect(counts).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
    expect(load.server.accepted).toBeGreaterThan(25);
  });

  test('a reply may end with its connection', () => {
    const load = start((server, fd) => {
      answer(server, fd, 'HTTP/1.1 200 OK\r\n\r\nuntil the end');
      server.hangUp(fd);
    }, http);
    expect(load.flow(20)).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
    expect(load.workload.statuses).toEqual({ 200: expect.any(Number) });
  });

  test('a connection that ends within a reply fails its request, and is reopened', () => {
    let replies = 0;
    const load = start((server, fd) => {
      answer(server, fd, ++replies === 10 ? OK.slice(0, -1) : OK);
      if (replies === 10) server.hangUp(fd);
    }, http);
    expect(load.flow(50)).toMatchObject({ errors: 1, corrupted: 0 });
    expect(load.state.badReplies.examples()?.corruption?.fault).toContain('ended');
  });

  test('a reply that refuses is an error, and its connection remains', () => {
    let replies = 0;
    const load = start((server, fd) => {
      answer(server, fd, ++replies === 10 ? 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n' : OK);
    }, http);
    expect(load.flow(50)).toMatchObject({ errors: 1, corrupted: 0 });
    expect(load.server.accepted).toBe(2);
    expect(load.workload.statuses).toMatchObject({ 404: 1 });
    expect(load.state.badReplies.refusals).toBe(1);
  });

  test.each([
    ['garbage', 'garbage\r\n\r\n', 'corrupted'],
    [
      'a chunk of 2^64 bytes',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n',
      'corrupted',
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi', 'corrupted'],
    ['a body longer than declared', `${OK}!!!`, 'unsolicited'],
  ] as const)('%s is reported with an example, and its connection replaced', (_, bad, count) => {
    let replies = 0;
    const load = start((server, fd) => answer(server, fd, ++replies === 10 ? bad : OK), http);
    expect(load.flow(50)).toMatchObject({ corrupted: 0, unsolicited: 0, errors: 0, [count]: 1 });
    load.until(() => load.server.accepted === 3);
    expect(load.state.badReplies.examples()?.corruption?.example.length).toBeGreaterThan(2);
  });

  test('a WebSocket answers pings between replies, and closes when its server does', () => {
    const pongs: string[] = [];
    const closes: string[] = [];
    const load = start(webSocketEcho(pongs, closes), webSocket, { connections: 1 });
    expect(load.flow(60)).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
    load.until(() => closes.length === 1);
    expect(closes).toEqual(['\x03\xe8']);
    expect(new Set(pongs)).toEqual(new Set(['hi']));
    expect(load.server.accepted).toBe(2);
  });
});

/** Accepts WebSockets and echoes messages. It pings before every 5th reply, and closes after the 40th. */
function webSocketEcho(pongs: string[], closes: string[]): Reply {
  let messages = 0;
  return (server, fd, _, length) => {
    const text = received(server, length);
    if (text.startsWith('GET')) {
      answer(server, fd, upgradeOf(text));
      return;
    }
    let replies = '';
    for (const { opcode, payload } of framesIn(text)) {
      if (opcode === 8) closes.push(payload);
      else if (opcode === 10) pongs.push(payload);
      else {
        if (++messages % 5 === 0) replies += '\x89\x02hi';
        replies += `\x82${String.fromCharCode(payload.length)}${payload}`;
        if (messages === 40) replies += '\x88\x02\x03\xe8';
      }
    }
    if (replies !== '') answer(server, fd, replies);
  };
}

function upgradeOf(request: string): string {
  const key = /Sec-WebSocket-Key: (\S+)/.exec(request)?.[1];
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade';
  return `${head}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** Returns masked frames with payloads shorter than 126 bytes, which come whole. */
function framesIn(text: string): { readonly opcode: number; readonly payload: string }[] {
  const bytes = Buffer.from(text, 'latin1');
  const frames = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + 1] ?? 0) & 127;
    const masked = bytes.subarray(at + 6, at + 6 + length);
    const payload = Buffer.from(masked.map((byte, i) => byte ^ (bytes[at + 2 + (i & 3)] ?? 0)));
    frames.push({ opcode: (bytes[at] ?? 0) & 15, payload: payload.toString('latin1') });
    at += 6 + length;
  }
  return frames;
}
