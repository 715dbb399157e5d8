import { EPOLLIN, EPOLLOUT, Epoll } from '../../sockets/epoll.ts';
import { setTimerSlack } from '../../sockets/os/process.ts';
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

/** Runs an epoll loop for each listener: see {@link startLoops}. */
export function startEpollLoops(
  spec: ServerSpec,
  listeners: readonly [number, ...number[]],
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const tasks = taskOf<typeof import('./epoll-loop.ts')>(import.meta.url);
  return startLoops((input) => tasks('loop', input), spec, listeners, workerEnded);
}

/**
 * Runs one event loop on epoll(7), in its own thread.
 * @public named by a task
 */
export async function loop({ listener, spec, stop, room }: LoopInput): Promise<void> {
  // Delayed answers should be late by as little as possible.
  if (spec.work !== undefined) setTimerSlack(1);
  const stopping = () => Atomics.load(stop, 0) === 1;
  const epoll = new Epoll();
  epoll.add(listener, EPOLLIN, listener);
  if (spec.transport === 'udp') {
    const app = await loadDatagramApp(spec);
    tellReady();
    answerDatagrams(epoll, listener, app, stopping);
  } else {
    const app = await loadStreamApp(spec);
    tellReady();
    new EpollLoop(epoll, listener, app, new StreamBuffers(DescriptorRoom.of(room)), stopping).run();
  }
  epoll.close();
}

function answerDatagrams(epoll: Epoll, fd: number, app: DatagramApp, stopping: () => boolean): void {
  const batches = new DatagramBatches(fd, app);
  for (epoll.wait(-1); !stopping(); waitMs(epoll, batches.sendDue())) batches.answer();
  batches.free();
}

/** Like {@link Epoll.wait}, with fractions of a millisecond. */
function waitMs(epoll: Epoll, timeoutMs: number): number {
  return timeoutMs <= 0 ? epoll.wait(timeoutMs) : epoll.waitNanos(timeoutMs * 1e6);
}

/**
 * Serves the connections of one listener. Each is registered once, level-triggered, and modified only when it waits for
 * something else. While a client reads its replies, a request costs a receive, a send, and a share of a wait.
 */
class EpollLoop {
  readonly #epoll: Epoll;
  readonly #listener: number;
  readonly #app: StreamApp;
  /** Indexed by descriptor, like `#interests`: the events for which each is registered. */
  readonly #connections: (NonblockingConnection | undefined)[] = [];
  readonly #interests: number[] = [];
  readonly #buffers: StreamBuffers;
  readonly #lingering = new Lingering();
  readonly #waiting = new WaitingConnections<NonblockingConnection>();
  readonly #lookTimes: CheckTimes;
  #accepting = true;

  readonly #stopping: () => boolean;

  /**
   * @param epoll has the listener registered already, with its descriptor as data.
   * @param stopping returns true when the loop must end. Set that first, then shut the listener down, which wakes the
   * loop.
   */
  constructor(epoll: Epoll, listener: number, app: StreamApp, buffers: StreamBuffers, stopping: () => boolean) {
    this.#epoll = epoll;
    this.#stopping = stopping;
    this.#listener = listener;
    this.#app = app;
    this.#buffers = buffers;
    this.#lookTimes = new CheckTimes(app.checkEveryMs);
  }

  /** Serves until `stopping` returns true. @throws {SystemError} when it can't continue. */
  run(): void {
    while (!this.#stopping()) {
      const ready = waitMs(this.#epoll, this.#patienceMs());
      const paused = !this.#accepting;
      for (let i = 0; i < ready; i++) {
        const fd = this.#epoll.dataAt(i);
        const connection = this.#connections[fd];
        if (connection !== undefined) this.#apply(connection, connection.serve());
        else if (fd === this.#listener && !paused) this.#accept();
      }
      if (this.#waiting.size > 0) this.#resume();
      this.#look();
      if (paused) this.#watchListener(true);
    }
    for (const connection of this.#connections) connection?.close();
    this.#buffers.free();
  }

  /** Returns how long to wait for readiness, in milliseconds; -1 waits forever. */
  #patienceMs(): number {
    const lingering = this.#lingering.size === 0 ? -1 : this.#lingering.expire();
    const ownMs = soonest(this.#lookTimes.waitMs(), this.#accepting ? -1 : SHORTAGE_MS);
    return soonest(soonest(lingering, this.#waiting.patienceMs()), ownMs);
  }

  /** Resumes connections whose delay is over. */
  #resume(): void {
    const now = performance.now();
    for (let next = this.#waiting.take(now); next !== undefined; next = this.#waiting.take(now)) {
      // Another connection may have this descriptor by now.
      if (this.#connections[next.fd] === next) this.#apply(next, next.resume());
    }
  }

  /** Expires conversations whose clients have taken too long. */
  #look(): void {
    const nowMs = this.#lookTimes.due();
    if (nowMs < 0) return;
    for (const connection of this.#connections) {
      const step = connection?.look(nowMs);
      if (connection !== undefined && step !== undefined) this.#apply(connection, step);
    }
  }

  #accept(): void {
    // Ready, but accept fails: without a pause the loop would spin.
    if (!acceptSome(this.#listener, this.#open, this.#stopping)) this.#watchListener(false);
  }

  readonly #open = (fd: number): void => {
    setOption(fd, 'TCP_NODELAY', 1);
    const connection = new NonblockingConnection(fd, this.#app, this.#buffers);
    try {
      this.#epoll.add(fd, EPOLLIN, fd);
    } catch (error) {
      // Out of memory or of watches: only this client is not served.
      process.emitWarning(error as Error);
      connection.close();
      return;
    }
    this.#connections[fd] = connection;
    this.#interests[fd] = EPOLLIN;
    this.#apply(connection, connection.open());
  };

  /** Does the next step that a connection requested: waits for an event, or closes it. */
  #apply(connection: NonblockingConnection, step: NextStep): void {
    const { fd } = connection;
    if (step === 'close') {
      this.#lingering.delete(fd);
      this.#connections[fd] = undefined;
      connection.close();
      return;
    }
    if (step === 'linger') this.#lingering.add(fd);
    if (step === 'wait') this.#waiting.add(connection);
    const interest = step === 'send' ? EPOLLOUT : step === 'wait' ? 0 : EPOLLIN;
    if (interest === this.#interests[fd]) return;
    this.#epoll.modify(fd, interest, fd);
    this.#interests[fd] = interest;
  }

  #watchListener(accepting: boolean): void {
    this.#accepting = accepting;
    this.#epoll.modify(this.#listener, accepting ? EPOLLIN : 0, this.#listener);
  }
}
