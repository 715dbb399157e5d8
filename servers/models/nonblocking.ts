import { EMFILE, ENFILE, ENOBUFS, ENOMEM } from '../../sockets/errno.ts';
import { POLLIN, POLLOUT, PollSet } from '../../sockets/poll.ts';
import { setTimerSlack } from '../../sockets/process.ts';
import { accept, close, localAddress, openServer, SHUT_RDWR, setOption, shutdown } from '../../sockets/socket.ts';
import type { App } from '../apps/app.ts';
import { loadApp } from '../apps/catalog.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { DatagramBatches } from '../datagram-batches.ts';
import { DueTimes } from '../due-times.ts';
import { Lingering } from '../lingering.ts';
import { NonblockingConnection, StreamBuffers, type Wish } from '../nonblocking.ts';
import { startThread, threadEnd } from '../thread.ts';

interface LoopInput {
  readonly listener: number;
  readonly spec: ServerSpec;
  /** One flag, shared with the thread: 1 when the loop shall end. */
  readonly stop: Int32Array;
}

/** How long not to accept after descriptors or memory ran out, in milliseconds. */
const EXHAUSTED_MS = 10;
const exhausted = new Set([-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM]);

/** Connections to accept before serving those at hand again. */
const ACCEPTS_AT_A_TIME = 64;

/**
 * Non-blocking sockets in one thread, around poll(2): every wait hands the kernel the whole list of sockets, so that its
 * cost grows with the connections that are idle. Stevens, UNIX Network Programming, volume 1, sections 6.10 and 16.2.
 */
export const model: ServerModel = {
  async start(spec): Promise<RunningServer> {
    const listener = openServer(spec.transport, spec, { blocking: false });
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const input: LoopInput = { listener, spec, stop };
    // poll blocks, so the loop has a thread of its own; this one stays free to stop it.
    const worker = startThread({ module: import.meta.url, run: 'loop', input });
    return {
      address: localAddress(listener),
      async close() {
        Atomics.store(stop, 0, 1);
        shutdown(listener, SHUT_RDWR);
        await threadEnd(worker, 1000);
        close(listener);
      },
    };
  },
};

/** The loop, in its thread. */
export async function loop({ listener, spec, stop }: LoopInput): Promise<void> {
  const app = await loadApp(spec);
  // What waits is to wait no longer than it must.
  if (spec.work !== undefined) setTimerSlack(1);
  const stopping = () => Atomics.load(stop, 0) === 1;
  if (spec.transport === 'tcp') new PollLoop(listener, app).run(stopping);
  else answerDatagrams(listener, app, stopping);
}

function answerDatagrams(fd: number, app: App, stopping: () => boolean): void {
  const set = new PollSet();
  set.add(fd, POLLIN);
  const batches = new DatagramBatches(fd, app);
  for (set.wait(-1); !stopping(); set.wait(batches.sendDue())) batches.answer();
}

class PollLoop {
  readonly #listener: number;
  readonly #app: App;
  readonly #set = new PollSet();
  /** Entry i of the set is connection i - 1; entry 0 is the listener. */
  readonly #connections: NonblockingConnection[] = [];
  readonly #buffers = new StreamBuffers();
  readonly #lingering = new Lingering();
  /** Connections that wait, by when they are to go on; some of them may be closed by now. */
  readonly #waiting = new DueTimes<NonblockingConnection>();
  /** Where each connection's entry is. */
  readonly #places = new Map<NonblockingConnection, number>();
  #accepting = true;

  constructor(listener: number, app: App) {
    this.#listener = listener;
    this.#app = app;
    this.#set.add(listener, POLLIN);
  }

  /** Serves until `stopping()` is true after a wake-up: set it, then shut the listener down. */
  run(stopping: () => boolean): void {
    while (!stopping()) {
      let ready = this.#set.wait(this.#patienceMs());
      // From the last to the first, because dropping one moves the last into its place.
      for (let i = this.#connections.length; i > 0 && ready > 0; i--) {
        const connection = this.#connections[i - 1];
        if (connection === undefined || this.#set.reventsAt(i) === 0) continue;
        ready--;
        this.#grant(i, connection, connection.serve());
      }
      if (this.#waiting.size > 0) this.#resume();
      if (!this.#accepting) this.#watchListener(true);
      else if (ready > 0) this.#accept();
    }
    for (const connection of this.#connections) connection.close();
  }

  /** How long to wait for readiness, in milliseconds; -1 is for ever. */
  #patienceMs(): number {
    const lingering = this.#lingering.size === 0 ? -1 : this.#lingering.expire();
    const waiting = this.#waiting.size === 0 ? -1 : Math.max(0, this.#waiting.earliest - performance.now());
    const exhausted = this.#accepting ? -1 : EXHAUSTED_MS;
    return soonest(soonest(lingering, waiting), exhausted);
  }

  /** Goes on with connections that have waited long enough. */
  #resume(): void {
    const now = performance.now();
    for (let next = this.#waiting.take(now); next !== undefined; next = this.#waiting.take(now)) {
      const place = this.#places.get(next);
      if (place !== undefined) this.#grant(place, next, next.resume());
    }
  }

  #grant(i: number, connection: NonblockingConnection, wish: Wish): void {
    if (wish !== 'close') {
      this.#set.setEvents(i, this.#eventsOf(connection, wish));
      return;
    }
    this.#lingering.delete(connection.fd);
    connection.close();
    this.#set.removeAt(i);
    const last = this.#connections.pop();
    this.#places.delete(connection);
    if (last === undefined || last === connection) return;
    this.#connections[i - 1] = last;
    this.#places.set(last, i);
  }

  #accept(): void {
    for (let i = 0; i < ACCEPTS_AT_A_TIME; i++) {
      const fd = accept(this.#listener, false);
      if (fd >= 0) {
        this.#open(fd);
        continue;
      }
      // Ready and yet impossible: without a pause the loop would spin.
      if (exhausted.has(fd)) this.#watchListener(false);
      // A connection that was reset in the backlog hides none behind it: they are ready at the next wait.
      return;
    }
  }

  #open(fd: number): void {
    setOption(fd, 'TCP_NODELAY', 1);
    const connection = new NonblockingConnection(fd, this.#app, this.#buffers);
    const wish = connection.open();
    if (wish === 'close') {
      connection.close();
      return;
    }
    this.#places.set(connection, this.#connections.push(connection));
    this.#set.add(fd, this.#eventsOf(connection, wish));
  }

  /** What to wait for, so that a connection has its wish. */
  #eventsOf(connection: NonblockingConnection, wish: Wish): number {
    if (wish === 'linger') this.#lingering.add(connection.fd);
    if (wish === 'wait') {
      this.#waiting.add(performance.now() + connection.waitNanos / 1e6, connection);
      return 0;
    }
    return wish === 'send' ? POLLOUT : POLLIN;
  }

  #watchListener(accepting: boolean): void {
    this.#accepting = accepting;
    this.#set.setEvents(0, accepting ? POLLIN : 0);
  }
}

/** The shorter of two times to wait; -1 is for ever. */
function soonest(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b);
}
