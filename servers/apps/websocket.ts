import { createServer } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { DEFAULT_TIME_LIMITS, type HttpTimeLimits } from '../http/time-limits.ts';
import { linger } from '../node-linger.ts';
import type { App } from './app.ts';

/** The longest message that is taken, in bytes; a longer one ends the conversation with 1009. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Bytes of replies that may wait for a client to read them before it is read no more. */
const MAX_UNSENT_BYTES = 65_536;

/**
 * Echo over WebSocket (RFC 6455), through the library ws: each message comes back whole, text as text, binary as
 * binary; compressed when the client asks for it (RFC 7692). ws itself answers pings, refuses what breaks the protocol
 * (1002) or is too long (1009), and shakes hands on closing.
 */
const webSockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_MESSAGE_BYTES,
  perMessageDeflate: { threshold: 0 },
});

// Not to listen: connections are handed to it, so that Node's own parser reads the request to upgrade.
const upgrades = createServer((_, response) => {
  response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end('This server speaks WebSocket only.\n');
});
upgrades.on('upgrade', (request, stream, head) => {
  clearTimeout(upgrading.get(stream));
  webSockets.handleUpgrade(request, stream, head, echo);
});

/** Ends the connections whose request to upgrade does not come whole in time: a server that doesn't listen has no clock. */
const upgrading = new WeakMap<Duplex, NodeJS.Timeout>();

const TOO_LATE = 'HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

function giveUp(stream: Duplex): void {
  if (!(stream instanceof Socket) || stream.bytesRead === 0) stream.destroy();
  else stream.end(TOO_LATE, () => linger(stream));
}

function echo(client: WebSocket): void {
  const resume = () => {
    if (client.isPaused && client.bufferedAmount < MAX_UNSENT_BYTES) client.resume();
  };
  // It is closed with the code that says why: nothing else is to be done.
  client.on('error', () => undefined);
  client.on('message', (message: Buffer, binary) => {
    client.send(message, { binary }, resume);
    if (client.bufferedAmount >= MAX_UNSENT_BYTES) client.pause();
  });
}

/** A WebSocket itself may be silent for as long as it likes. */
function webSocketApp({ idleMs, headerMs }: HttpTimeLimits): App {
  const limitMs = Math.min(idleMs || Number.POSITIVE_INFINITY, headerMs || Number.POSITIVE_INFINITY);
  return {
    adopt(stream: Duplex): void {
      if (Number.isFinite(limitMs)) {
        const timer = setTimeout(giveUp, limitMs, stream);
        upgrading.set(stream, timer);
        stream.once('close', () => clearTimeout(timer));
      }
      upgrades.emit('connection', stream);
    },
    within: webSocketApp,
    stream() {
      throw new TypeError('websocket needs a stream of Node’s to adopt');
    },
    datagram(): void {},
  };
}

export const app: App = webSocketApp(DEFAULT_TIME_LIMITS);
