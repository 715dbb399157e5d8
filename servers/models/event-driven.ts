import type { Socket as DatagramSocket } from 'node:dgram';
import { needsRoom } from '../apps/catalog.ts';
import type { ServerModel } from '../contract.ts';
import { serveByCallbacks } from '../node/callback-stream.ts';
import { bindDatagram, NodeDatagramReply } from '../node/datagrams.ts';
import { listenStream } from '../node/streams.ts';
import { TimeoutWatch } from '../node/timeout-watch.ts';
import { SocketRoom } from '../rooms/socket-room.ts';
import { loadApp } from '../served.ts';

/**
 * Event-driven: one thread, in which Node's event loop (libuv, on epoll or kqueue) calls back when a socket has an
 * event. The reactor pattern.
 */
export const model: ServerModel = {
  async start(spec) {
    const app = await loadApp(spec);
    if (spec.transport !== 'udp') {
      const room = needsRoom(spec.app) ? new SocketRoom(spec) : undefined;
      const together = { room, lookout: TimeoutWatch.of(app) };
      return listenStream(spec, app.adopt ?? ((socket) => serveByCallbacks(socket, app, together)));
    }
    let reply: NodeDatagramReply | undefined;
    return bindDatagram(spec, (datagram, peer, socket: DatagramSocket) => {
      reply ??= new NodeDatagramReply(socket);
      reply.answering(datagram, peer);
      app.datagram(datagram, 0, datagram.length, reply);
    });
  },
};
