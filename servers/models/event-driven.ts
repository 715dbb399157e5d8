import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import type { App, StreamSession } from '../apps/app.ts';
import { loadApp, needsRoom } from '../apps/catalog.ts';
import type { ServerModel } from '../contract.ts';
import { Lookout } from '../lookout.ts';
import { bindDatagram, NodeDatagramReply } from '../node-datagram.ts';
import { listenStream, NodeStreamReply, type Together } from '../node-stream.ts';
import { after } from '../node-wait.ts';
import { SocketRoom } from '../rooms/socket-room.ts';

/**
 * Event-driven: one thread, and callbacks that Node's event loop (libuv: epoll or kqueue underneath) calls when a
 * socket has something to tell. The reactor pattern.
 */
export const model: ServerModel = {
  async start(spec) {
    const app = await loadApp(spec);
    if (spec.transport !== 'udp') {
      const room = needsRoom(spec.app) ? new SocketRoom(spec) : undefined;
      const together = { room, lookout: Lookout.of(app) };
      return listenStream(spec, app.adopt ?? ((socket) => serveConnection(socket, app, together)));
    }
    let reply: NodeDatagramReply | undefined;
    return bindDatagram(spec, (datagram, peer, socket: DatagramSocket) => {
      reply ??= new NodeDatagramReply(socket);
      reply.answering(datagram, peer);
      app.datagram(datagram, 0, datagram.length, reply);
    });
  },
};

function serveConnection(socket: Socket, app: App, { room, lookout }: Together): void {
  const session = app.stream();
  const reply = new NodeStreamReply(socket, room);
  lookout?.watch(socket, session, reply);
  session.open?.(reply);
  socket.on('data', (chunk) => {
    if (reply.ended) return;
    reply.answering(chunk);
    session.receive(chunk, 0, chunk.length, reply);
    reply.answering(undefined);
    if (reply.waitNanos > 0) holdBack(socket, reply);
    // A peer that doesn't read its replies isn't read from either, until it does.
    else pauseWhile(socket, reply.clogged);
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => {
    if (!reply.ended) session.finish?.(reply);
    if (session.owing !== true) reply.end();
  });
  socket.once('close', () => session.close?.());
  if (session.produce !== undefined) produce(socket, session, reply);
}

/** Receives nothing until what is clogged has drained: the peer hasn't read its replies, or others hear nothing yet. */
function pauseWhile(socket: Socket, clogged: Socket | undefined): void {
  if (clogged === undefined) return;
  socket.pause();
  if (clogged !== socket) clogged.once('drain', () => socket.resume());
}

/** Receives nothing until it is time to answer what was received. */
function holdBack(socket: Socket, reply: NodeStreamReply): void {
  socket.pause();
  after(reply.waitNanos, () => {
    reply.release();
    if (!socket.writableNeedDrain) socket.resume();
  });
}

/** Has the session produce now, and whenever the peer took all there was, until the conversation is over. */
function produce(socket: Socket, session: StreamSession, reply: NodeStreamReply): void {
  const next = () => {
    if (reply.ended || socket.destroyed) return;
    session.produce?.(reply);
    if (!socket.writableNeedDrain) setImmediate(next);
  };
  // The kernel may take all at once, again and again: the other connections have their turn before.
  socket.on('drain', () => setImmediate(next));
  next();
}
