import type { Socket as DatagramSocket } from 'node:dgram';
import type { DatagramApp, HttpApp, StreamApp } from '../apps/app.ts';
import { needsRoom } from '../apps/app-catalog.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { serveByCallbacks } from '../node/callback-stream.ts';
import { bindDatagram, NodeDatagramReply } from '../node/datagrams.ts';
import { listenStream } from '../node/streams.ts';
import { loadDatagramApp, loadStreamOrAdoptingApp } from '../served.ts';
import { after } from '../timing/call-after.ts';

/**
 * Event-driven: one thread, in which Node's event loop (libuv, on epoll or kqueue) calls back when a socket has an
 * event. The reactor pattern.
 */
export const model: ServerModel = {
  async start(spec, _workerEnded, operator) {
    if (spec.transport === 'udp') return serveDatagrams(spec, await loadDatagramApp(spec));
    const app = await loadStreamOrAdoptingApp(spec, operator);
    return 'adopt' in app ? listenStream(spec, app.adopt) : serveStreams(spec, app);
  },
};

async function serveStreams(spec: ServerSpec, app: StreamApp): Promise<RunningServer> {
  if (app.http !== undefined) return serveHttp(spec, app.http);
  const room = needsRoom(spec.app) ? new (await import('../rooms/socket-room.ts')).SocketRoom(spec) : undefined;
  return listenStream(spec, (socket) => serveByCallbacks(socket, app, room));
}

function serveDatagrams(spec: ServerSpec, app: DatagramApp): Promise<RunningServer> {
  let reply: NodeDatagramReply | undefined;
  return bindDatagram(spec, (datagram, peer, socket: DatagramSocket) => {
    reply ??= new NodeDatagramReply(socket);
    reply.answering(datagram, peer);
    app.datagram(datagram, 0, datagram.length, reply);
  });
}

/** Answers each request when its work is done. */
async function serveHttp(spec: ServerSpec, http: HttpApp): Promise<RunningServer> {
  const { listenHttp, send, workFor } = await import('../node/http-server.ts');
  return listenHttp(spec, http, (request, response) => {
    const nanos = workFor(http);
    const answer = () => send(response, http.answerTo(request.method ?? ''));
    if (nanos > 0) after(nanos, answer);
    else answer();
  });
}
