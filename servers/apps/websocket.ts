import { createServer } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { linger } from '../timing/linger-socket.ts';
import type { AdoptingApp, AppOptions } from './app.ts';

/** Longest message in bytes. A longer one ends the connection with status 1009. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Unsent bytes of replies above which the server stops reading from a client. */
const MAX_UNSENT_BYTES = 65_536;

/**
 * Echo over WebSocket (RFC 6455) with the library ws: each message comes back whole, text as text, binary as binary;
 * compressed when the client requests it (RFC 7692). ws itself answers pings, refuses protocol errors (1002) and
 * messages that are too long (1009), and does the closing handshake.
 */
const webSockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_MESSAGE_BYTES,
  perMessageDeflate: { threshold: 0 },
});

// Does not listen: connections are passed to it, so that Node's parser reads the upgrade request.
const upgrades = createServer((_, response) => {
  response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end('This server speaks WebSocket only.\n');
});
upgrades.on('upgrade', (request, stream, head) => {
  clearTimeout(upgrading.get(stream));
  webSockets.handleUpgrade(request, stream, head, echo);
});

/** Timers that end connections without a complete upgrade request: Node's own time limits need a listening server. */
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
  // ws closes the connection with the status that explains the error; no other handling is needed.
  client.on('error', () => undefined);
  client.on('message', (message: Buffer, binary) => {
    client.send(message, { binary }, resume);
    if (client.bufferedAmount >= MAX_UNSENT_BYTES) client.pause();
  });
}

/** The time limits apply to the upgrade request. An open WebSocket may stay silent without limit. */
export function createApp({ timeLimits: { idleMs, headerMs } }: Pick<AppOptions, 'timeLimits'>): AdoptingApp {
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
  };
}
