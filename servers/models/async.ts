import type { RemoteInfo, Socket } from 'node:dgram';
import type { DatagramApp, HttpApp, StreamApp } from '../apps/app.ts';
import { needsRoom } from '../apps/app-catalog.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { CollectedReply } from '../node/collected-reply.ts';
import { bindDatagram, sendDatagram } from '../node/datagrams.ts';
import { converse, listenStream } from '../node/streams.ts';
import { loadDatagramApp, loadStreamOrAdoptingApp } from '../served.ts';
import { after } from '../timing/call-after.ts';

/** Most datagrams that wait for their reply. Further ones are dropped, as by a full socket buffer. */
const QUEUE_LIMIT = 1024;

/**
 * Asynchronous functions: one per connection, written like a blocking server with `await` where that would block. It
 * runs on the same event loop as event-driven.
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
  const room = needsRoom(spec.app) ? new (await import('../rooms/socket-room.ts')).SocketRoom() : undefined;
  return listenStream(spec, (socket) => void converse(socket, app.stream(), room));
}

/** Awaits the work of each request, and answers. */
async function serveHttp(spec: ServerSpec, http: HttpApp): Promise<RunningServer> {
  const { listenHttp, send, workFor } = await import('../node/http-server.ts');
  return listenHttp(spec, http, async ({ method = '' }, response) => {
    await delay(workFor(http));
    send(response, http.answerTo(method));
  });
}

/** Resolves when `nanos` nanoseconds have passed, at once if there are none. */
async function delay(nanos: number): Promise<void> {
  if (nanos > 0) await new Promise<void>((resolve) => after(nanos, resolve));
}

async function serveDatagrams(spec: ServerSpec, app: DatagramApp): Promise<RunningServer> {
  const arrivals = new Arrivals();
  const server = await bindDatagram(spec, (datagram, peer, socket) => arrivals.push({ datagram, peer, socket }));
  void answerAll(arrivals, app);
  return {
    address: server.address,
    close() {
      arrivals.end();
      return server.close();
    },
  };
}

async function answerAll(arrivals: Arrivals, app: DatagramApp): Promise<void> {
  const reply = new CollectedReply();
  let waiting = 0;
  for await (const { datagram, peer, socket } of arrivals) {
    app.datagram(datagram, 0, datagram.length, reply);
    const { parts, waitNanos } = reply.take();
    const send = async () => {
      for (const part of parts) await sendDatagram(socket, part, peer);
    };
    if (waitNanos === 0) {
      await send();
    } else if (waiting < QUEUE_LIMIT) {
      waiting++;
      after(waitNanos, () => {
        waiting--;
        void send();
      });
    }
  }
}

interface Arrival {
  readonly datagram: Uint8Array;
  readonly peer: RemoteInfo;
  readonly socket: Socket;
}

/** Queue between the socket's events and the loop that awaits datagrams. `events.on` would queue without bound. */
class Arrivals implements AsyncIterable<Arrival> {
  #queue: Arrival[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  push(arrival: Arrival): void {
    if (this.#queue.length < QUEUE_LIMIT) this.#queue.push(arrival);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Arrival, void> {
    while (!this.#ended) {
      const batch = this.#queue;
      this.#queue = [];
      for (const arrival of batch) {
        if (this.#ended) return;
        yield arrival;
      }
      if (this.#queue.length > 0) continue;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}
