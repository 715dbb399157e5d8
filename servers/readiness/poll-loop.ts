import { setTimerSlack } from '../../sockets/os/process.ts';
import { POLLIN, POLLOUT, PollSet } from '../../sockets/poll.ts';
import { setOption } from '../../sockets/socket.ts';
import type { DatagramApp, StreamApp } from '../apps/app.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from '../contract.ts';
import { acceptSome, SHORTAGE_MS } from '../listening/accept.ts';
import { DescriptorRoom } from '../rooms/descriptor-room.ts';
import { loadDatagramApp, loadStreamApp } from '../served.ts';
import { type LoopInput, startLoops } from '../spawning/loop-threads.ts';
import { taskOf } from '../spawning/task.ts';
import { tellReady } from '../spawning/thread.ts';
import { Lingering } from '../timing/lingering.ts';
import { CheckTimes } from '../timing/peer-timer.ts';
import { soonest, WaitingConnections } from '../timing/waiting-connections.ts';
import { type NextStep, NonblockingConnection, StreamBuffers } from './connection.ts';
import { DatagramBatches } from './datagram-batches.ts';

/** Runs a poll loop on a listener: see {@link startLoops}. */
export function startPollLoop(spec: ServerSpec, listener: number, workerEnded?: WorkerEnded): Promise<RunningServer> {
  const tasks = taskOf<typeof import('./poll-loop.ts')>(import.meta.url);
  return startLoops((input) => tasks('loop', input), spec, [listener], workerEnded);
}

/**
 * Runs the loop, in its thread.
 * @public named by a task
 */
export async function loop({ listener, spec, stop, room }: LoopInput): Promise<void> {
  // Simulated work ends waits by a timer: wake up as close to it as possible.
  if (spec.work !== undefined) setTimerSlack(1);
  const stopping = () => Atomics.load(stop, 0) === 1;
  if (spec.transport === 'udp') {
    const app = await loadDatagramApp(spec);
    tellReady();
    answerDatagrams(listener, app, stopping);
  } else {
    const app = await loadStreamApp(spec);
    tellReady();
    new PollLoop(listener, app, new StreamBuffers(DescriptorRoom.of(room)), stopping).run();
  }
}

function answerDatagrams(fd: number, app: DatagramApp, stopping: () => boolean): void {
  const set = new PollSet();
  set.add(fd, POLLIN);
  const batches = new DatagramBatches(fd, app);
  for (set.wait(-1); !stopping(); set.wait(batches.sendDue())) batches.answer();
  batches.free();
  set.free();
}

class PollLoop {
  readonly #listener: number;
  readonly #app: StreamApp;
  readonly #set = new PollSet();
  /** Entry i of the set is connection i - 1; entry 0 is the listener. */
  readonly #connections: NonblockingConnection[] = [];
  readonly #buffers: StreamBuffers;
  readonly #lingering = new Lingering();
  readonly #waiting = new WaitingConnections<NonblockingConnection>();
  /** Index of each connection's entry in the set. */
  readonly #places = new Map<NonblockingConnection, number>();
  readonly #lookTimes: CheckTimes;
  #accepting = true;

  readonly #stopping: () => boolean;

  /** @param stopping reports whether the loop must end. To stop it, set that, then shut the listener down: it wakes. */
  constructor(listener: number, app: StreamApp, buffers: StreamBuffers, stopping: () => boolean) {
    this.#listener = listener;
    this.#stopping = stopping;
    this.#app = app;
    this.#buffers = buffers;
    this.#lookTimes = new CheckTimes(app.checkEveryMs);
    this.#set.add(listener, POLLIN);
  }

  /** Serves until {@link loop} is stopped. @throws {SystemError} when an error is permanent. */
  run(): void {
    while (!this.#stopping()) {
      let ready = this.#set.wait(this.#patienceMs());
      // From the last to the first, because closing one moves the last into its place.
      for (let i = this.#connections.length; i > 0 && ready > 0; i--) {
        const connection = this.#connections[i - 1];
        if (connection === undefined || this.#set.reventsAt(i) === 0) continue;
        ready--;
        this.#apply(i, connection, connection.serve());
      }
      if (this.#waiting.size > 0) this.#resume();
      this.#look();
      if (!this.#accepting) this.#watchListener(true);
      else if (ready > 0) this.#accept();
    }
    for (const connection of this.#connections) connection.close();
    this.#set.free();
    this.#buffers.free();
  }

  /** Returns how long to wait for readiness, in milliseconds; -1 means no limit. */
  #patienceMs(): number {
    const lingering = this.#lingering.size === 0 ? -1 : this.#lingering.expire();
    const ownMs = soonest(this.#lookTimes.waitMs(), this.#accepting ? -1 : SHORTAGE_MS);
    return soonest(soonest(lingering, this.#waiting.patienceMs()), ownMs);
  }

  /** Resumes connections whose wait is over. */
  #resume(): void {
    const now = performance.now();
    for (let next = this.#waiting.take(now); next !== undefined; next = this.#waiting.take(now)) {
      const place = this.#places.get(next);
      if (place !== undefined) this.#apply(place, next, next.resume());
    }
  }

  #apply(i: number, connection: NonblockingConnection, step: NextStep): void {
    if (step !== 'close') {
      this.#set.setEvents(i, this.#eventsOf(connection, step));
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

  /** Ends connections whose clients have exceeded a time limit. */
  #look(): void {
    const nowMs = this.#lookTimes.due();
    if (nowMs < 0) return;
    // From the last to the first, because closing one moves the last into its place.
    for (let i = this.#connections.length; i > 0; i--) {
      const connection = this.#connections[i - 1];
      const step = connection?.look(nowMs);
      if (connection !== undefined && step !== undefined) this.#apply(i, connection, step);
    }
  }

  #accept(): void {
    // Short of descriptors or memory: without a pause the loop would spin on a ready listener.
    if (!acceptSome(this.#listener, this.#open, this.#stopping)) this.#watchListener(false);
  }

  readonly #open = (fd: number): void => {
    setOption(fd, 'TCP_NODELAY', 1);
    const connection = new NonblockingConnection(fd, this.#app, this.#buffers);
    const step = connection.open();
    if (step === 'close') {
      connection.close();
      return;
    }
    this.#places.set(connection, this.#connections.push(connection));
    this.#set.add(fd, this.#eventsOf(connection, step));
  };

  /** Returns the events to wait for, according to the connection's next step. */
  #eventsOf(connection: NonblockingConnection, step: NextStep): number {
    if (step === 'linger') this.#lingering.add(connection.fd);
    if (step === 'wait') {
      this.#waiting.add(connection);
      return 0;
    }
    return step === 'send' ? POLLOUT : POLLIN;
  }

  #watchListener(accepting: boolean): void {
    this.#accepting = accepting;
    this.#set.setEvents(0, accepting ? POLLIN : 0);
  }
}
