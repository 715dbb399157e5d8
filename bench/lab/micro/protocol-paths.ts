import { constants, deflateRawSync } from 'node:zlib';
import { EchoProtocol } from '../../load/protocols/echo.ts';
import { HttpProtocol } from '../../load/protocols/http.ts';
import { type ClientProtocol, NO_REQUEST } from '../../load/protocols/protocol.ts';
import { parseRedisCommands } from '../../load/protocols/redis/command.ts';
import { RedisProtocol } from '../../load/protocols/redis.ts';
import type { ProtocolScope } from '../../load/protocols/scope.ts';
import { exchangeOf, parseScriptText } from '../../load/protocols/script/exchange.ts';
import { ScriptProtocol } from '../../load/protocols/script.ts';
import { acceptOf } from '../../load/protocols/websocket/handshake.ts';
import { WebSocketProtocol } from '../../load/protocols/websocket.ts';
import { fixedSize } from '../../model/message-sizes.ts';
import type { HotPath } from './hot-path.ts';
import type { HotPathName } from './names.ts';

const scope: ProtocolScope = { connections: 1, firstConnection: 0, streamKey: { seed: 1 } };
/** Sequence number of every request, so that random parts, and the reply to them, are constant. */
const SEQUENCE = 1;
const MESSAGE_BYTES = 64;

/** A protocol to measure, and its replies. */
interface Talk {
  readonly protocol: ClientProtocol;
  /** Bytes from the server before the first reply. Default: none. */
  readonly greeting?: string;
  readonly reply: Uint8Array;
}

/** A head as nginx sends it, with a page of 612 bytes. */
const NGINX_HEAD = [
  'HTTP/1.1 200 OK',
  'Server: nginx/1.22.1',
  'Date: Mon, 02 Mar 2026 10:11:12 GMT',
  'Content-Type: text/html',
  'Content-Length: 612',
  'Last-Modified: Mon, 02 Mar 2026 09:00:00 GMT',
  'Connection: keep-alive',
  'ETag: "65e2f3a0-264"',
  'Accept-Ranges: bytes',
];

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Returns what a protocol sends for the measured request. */
function requestOf(protocol: ClientProtocol): Uint8Array {
  const out = new Uint8Array(protocol.longestRequest);
  return out.slice(0, protocol.encode(0, SEQUENCE, out, 0));
}

function echoTalk(): Talk {
  const protocol = new EchoProtocol(fixedSize(MESSAGE_BYTES), scope);
  return { protocol, reply: requestOf(protocol) };
}

function httpTalk(): Talk {
  const request = { path: '/', expectBody: 'same' } as const;
  const protocol = new HttpProtocol({ host: '127.0.0.1', requests: [request], keepAlive: true }, scope);
  return { protocol, reply: bytesOf(`${NGINX_HEAD.join('\r\n')}\r\n\r\n${'x'.repeat(612)}`) };
}

function redisTalk(): Talk {
  const commands = parseRedisCommands('SET {key} {value}:0.5,GET {key}:0.5');
  const exchange = { commands, keys: { count: 100_000 }, sizes: fixedSize(MESSAGE_BYTES), resp: 2 } as const;
  return { protocol: new RedisProtocol(exchange, scope), reply: bytesOf(`$64\r\n${'x'.repeat(64)}\r\n`) };
}

function webSocketTalk(size: number, deflate: boolean): Talk {
  const exchange = { host: '127.0.0.1', path: '/', sizes: fixedSize(size), text: false, deflate };
  const protocol = new WebSocketProtocol(exchange, scope);
  const out = new Uint8Array(protocol.longestRequest);
  const upgrade = Buffer.from(out.subarray(0, protocol.greet(0, out, 0))).toString('latin1');
  const [, key = ''] = /^Sec-WebSocket-Key: (.*)\r$/m.exec(upgrade) ?? [];
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  head.push(`Sec-WebSocket-Accept: ${acceptOf(key)}`);
  if (deflate) head.push('Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover');
  // Before the handshake, requests are not compressed.
  const request = requestOf(protocol);
  const mask = request.subarray(-size - 4, -size);
  const message = request.subarray(-size).map((byte, i) => byte ^ (mask[i & 3] as number));
  const reply = deflate ? webSocketFrame(0xc2, compressed(message)) : webSocketFrame(0x82, message);
  return { protocol, greeting: `${head.join('\r\n')}\r\n\r\n`, reply };
}

/** Compresses a message as a server does: RFC 7692 §7.2.1. */
function compressed(message: Uint8Array): Uint8Array {
  return deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

function webSocketFrame(first: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  return Buffer.concat([
    Buffer.from(length < 126 ? [first, length] : [first, 126, length >> 8, length & 0xff]),
    payload,
  ]);
}

function scriptTalk(): Talk {
  const exchange = exchangeOf(parseScriptText('PING\\r\\n'), parseScriptText('+PONG\\r\\n'));
  return { protocol: new ScriptProtocol({ login: [], repeat: [exchange] }, scope), reply: bytesOf('+PONG\r\n') };
}

function talking(name: HotPathName, summary: string, prepareTalk: () => Talk): HotPath {
  return {
    name,
    summary,
    prepare() {
      const { protocol, greeting = '', reply } = prepareTalk();
      const out = new Uint8Array(protocol.longestRequest);
      const inbox = new Uint8Array(reply.length);
      inbox.set(reply);
      const received = bytesOf(greeting);
      if (received.length > 0) protocol.consume(0, NO_REQUEST, received, 0, received.length);
      return {
        repeat(times) {
          let complete = 0;
          for (let i = 0; i < times; i++) {
            complete += protocol.encode(0, SEQUENCE, out, 0);
            protocol.consume(0, SEQUENCE, inbox, 0, inbox.length);
            complete += protocol.event;
          }
          return complete;
        },
      };
    },
  };
}

/** What the generator does in user space for a request and its whole reply, in each protocol. */
export const protocolPaths: readonly HotPath[] = [
  talking('protocol-echo', 'writes a request of 64 bytes, and compares its echo', echoTalk),
  talking('protocol-http', 'writes a GET, and reads a reply of nginx with 612 bytes, all compared', httpTalk),
  talking('protocol-redis', 'writes SET or GET with a key, and reads a string of 64 bytes', redisTalk),
  talking('protocol-websocket', 'writes a message of 64 bytes, masked, and compares its echo', () =>
    webSocketTalk(MESSAGE_BYTES, false),
  ),
  talking('protocol-deflate-64', 'the same, compressed by permessage-deflate, the echo by zlib', () =>
    webSocketTalk(MESSAGE_BYTES, true),
  ),
  talking('protocol-deflate-1024', 'the same with a message of 1,024 bytes', () => webSocketTalk(1024, true)),
  talking('protocol-script', 'writes PING, and compares the answer', scriptTalk),
];
