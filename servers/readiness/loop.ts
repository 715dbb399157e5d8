import { setTimerSlack } from '../../sockets/os/process.ts';
import { POLLIN, POLLOUT } from '../../sockets/poll.ts';
import { setOption } from '../../sockets/socket.ts';
import type { App } from '../apps/app.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from '../contract.ts';
import { acceptSome, SHORTAGE_MS } from '../listening/accept.ts';
import { DescriptorRoom } from '../rooms/descriptor-room.ts';
import { loadApp } from '../served.ts';
import { type LoopInput, startLoops } from '../spawning/loop-threads.ts';
import { taskOf } from '../spawning/task.ts';
import { tellReady } from '../spawning/thread.ts';
import { Lingering } from '../timing/lingering.ts';
import { CheckTimes } from '../timing/peer-timer.ts';
import { soonest, WaitingConnections } from '../timing/waiting-connections.ts';
import { type NextStep, NonblockingConnection, StreamBuffers } from './connection.ts';
import { DatagramBatches } from './datagram-batches.ts';
import { EpollPoller } from './epoll-poller.ts';
import { PollPoller } from './poll-poller.ts';
import type { Poller } from './poller.ts';

/** The system call by which a loop waits. */
const pollers = { poll: PollPoller, epoll: EpollPoller } as const;

interface ReadinessInput extends LoopInput {
  readonly poller: keyof typeof pollers;
}

/** Runs a readiness loop for each listener: see {@link startLoops}. */
export function startReadinessLoops(
  poller: keyof typeof pollers,
  spec: ServerSpec,
  listeners: readonly [number, ...number[]],
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const tasks = taskOf<typeof import('./loop.ts')>(import.meta.url);
  return startLoops((input) => tasks('loop', { ...input, poller }), spec, listeners, workerEnded);
}

/**
 * Runs one loop, in its own thread.
 * @public named by a task
 */
export async function loop({ listener, spec, stop, room, poller: name }: ReadinessInput): Promise<void> {
  const app = await loadApp(spec);
  // Delayed answers should be late by as little as possible.
  if (spec.work !== undefined) setTimerSlack(1);
  const stopping = () => Atomics.load(stop, 0) === 1;
  const poller = new pollers[name]();
  poller.add(listener, POLLIN);
  tellReady();
  if (spec.transport === 'tcp')
    new ReadinessLoop(poller, listener, app, new StreamBuffers(DescriptorRoom.of(room)), stopping).run();
  else answerDatagrams(poller, listener, app, stopping);
  poller.free();
}

function answerDatagrams(poller: Poller, fd: number, app: App, stopping: () => boolean): void {
  const batches = new DatagramBatches(fd, app);
  for (poller.wait(-1); !stopping(); poller.wait(batches.sendDue())) batches.answer();
  batches.free();
}

/**
 * Serves the connections of one listener. Each is watched from its start to its end, and changed only when it waits for
 * something else. While a client reads its replies, a request costs a receive, a send, and a share of a wait.
 */
class ReadinessLoop {
  readonly #poller: Poller;
  readonly #listener: number;
  readonly #app: App;
  /** Indexed by descriptor, like `#interests`: the events for which each is watched. */
  readonly #connections: (NonblockingConnection | undefined)[] = [];
  readonly #interests: number[] = [];
  readonly #buffers: StreamBuffers;
  readonly #lingering = new Lingering();
  readonly #waiting = new WaitingConnections<NonblockingConnection>();
  readonly #lookTimes: CheckTimes;
  #accepting = true;

  readonly #stopping: () => boolean;

  /**
   * @param poller watches the listener already.
   * @param stopping returns true when the loop must end. Set that first, then shut the listener down, which wakes the
   * loop.
   */
  constructor(poller: Poller, listener: number, app: App, buffers: StreamBuffers, stopping: () => boolean) {
    this.#poller = poller;
    this.#stopping = stopping;
    this.#listener = listener;
    this.#app = app;
    this.#buffers = buffers;
    this.#lookTimes = new CheckTimes(app.checkEveryMs);
  }

  /** Serves until `stopping` returns true. @throws {SystemError} when it can't continue. */
  run(): void {
    const poller = this.#poller;
    while (!this.#stopping()) {
      const ready = poller.wait(this.#patienceMs());
      const paused = !this.#accepting;
      for (let i = 0; i < ready; i++) {
        const fd = poller.readyAt(i);
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
      this.#poller.add(fd, POLLIN);
    } catch (error) {
      // Out of memory or of watches: only this client is not served.
      process.emitWarning(error as Error);
      connection.close();
      return;
    }
    this.#connections[fd] = connection;
    this.#interests[fd] = POLLIN;
    this.#apply(connection, connection.open());
  };

  /** Does the next step that a connection requested: waits for an event, or closes it. */
  #apply(connection: NonblockingConnection, step: NextStep): void {
    const { fd } = connection;
    if (step === 'close') {
      this.#lingering.delete(fd);
      this.#connections[fd] = undefined;
      this.#poller.remove(fd);
      connection.close();
      return;
    }
    if (step === 'linger') this.#lingering.add(fd);
    if (step === 'wait') this.#waiting.add(connection);
    const interest = step === 'send' ? POLLOUT : step === 'wait' ? 0 : POLLIN;
    if (interest === this.#interests[fd]) return;
    this.#poller.change(fd, interest);
    this.#interests[fd] = interest;
  }

  #watchListener(accepting: boolean): void {
    this.#accepting = accepting;
    this.#poller.change(this.#listener, accepting ? POLLIN : 0);
  }
}
