import { setTimerSlack } from '../../sockets/os/process.ts';
import { POLLIN } from '../../sockets/polling/poll.ts';
import type { DatagramApp } from '../apps/app.ts';
import { needsRoom } from '../apps/app-catalog.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from '../contract.ts';
import { acceptSome, SHORTAGE_MS } from '../listening/accept.ts';
import { DescriptorRoom, openRoom } from '../rooms/descriptor-room.ts';
import { loadDatagramApp, loadStreamApp } from '../served.ts';
import { type LoopInput, startLoops } from '../spawning/loop-threads.ts';
import { taskOf } from '../spawning/task.ts';
import { signalReady } from '../spawning/thread.ts';
import { soonest } from '../timing/waiting-connections.ts';
import { StreamBuffers } from './connection.ts';
import { DatagramBatches } from './datagram-batches.ts';
import { EpollPoller } from './epoll-poller.ts';
import { PollPoller } from './poll-poller.ts';
import type { Poller } from './poller.ts';
import { WatchedConnections } from './watched-connections.ts';

/** The system call by which a loop waits. */
const pollers = { poll: PollPoller, epoll: EpollPoller } as const;

interface ReadinessInput extends LoopInput {
  readonly poller: keyof typeof pollers;
  /** Shared by all loops of a server; undefined when the app needs no room. */
  readonly room: SharedArrayBuffer | undefined;
}

/** Runs a readiness loop for each listener: see {@link startLoops}. */
export function startReadinessLoops(
  poller: keyof typeof pollers,
  spec: ServerSpec,
  listeners: readonly [number, ...number[]],
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const tasks = taskOf<typeof import('./loop.ts')>(import.meta.url);
  const room = needsRoom(spec.app) ? openRoom() : undefined;
  return startLoops((input) => tasks('loop', { ...input, poller, room }), spec, listeners, workerEnded);
}

/**
 * Runs one loop, in its own thread.
 * @public named by a task
 */
export async function loop({ listener, spec, stop, room, poller: name }: ReadinessInput): Promise<void> {
  // Delayed answers should be late by as little as possible.
  if (spec.work !== undefined) setTimerSlack(1);
  const stopping = () => Atomics.load(stop, 0) === 1;
  const poller = new pollers[name]();
  poller.add(listener, POLLIN);
  if (spec.transport === 'udp') {
    const app = await loadDatagramApp(spec);
    signalReady();
    answerDatagrams(poller, listener, app, stopping);
  } else {
    const app = await loadStreamApp(spec);
    signalReady();
    const connections = new WatchedConnections(poller, app, new StreamBuffers(DescriptorRoom.of(room)));
    new ReadinessLoop(poller, listener, connections, stopping).run();
  }
  poller.free();
}

function answerDatagrams(poller: Poller, fd: number, app: DatagramApp, stopping: () => boolean): void {
  const batches = new DatagramBatches(fd, app);
  for (poller.wait(-1); !stopping(); poller.wait(batches.sendDue())) batches.answer();
  batches.free();
}

/** Accepts the connections of one listener, and serves them. */
class ReadinessLoop {
  readonly #poller: Poller;
  readonly #listener: number;
  readonly #connections: WatchedConnections;
  readonly #stopping: () => boolean;
  #accepting = true;

  /**
   * @param poller watches the listener already.
   * @param stopping returns true when the loop must end. Set that first, then shut the listener down, which wakes the
   * loop.
   */
  constructor(poller: Poller, listener: number, connections: WatchedConnections, stopping: () => boolean) {
    this.#poller = poller;
    this.#listener = listener;
    this.#connections = connections;
    this.#stopping = stopping;
  }

  /** Serves until `stopping` returns true. @throws {SystemError} when it can't continue. */
  run(): void {
    const poller = this.#poller;
    const connections = this.#connections;
    while (!this.#stopping()) {
      const ready = poller.wait(soonest(connections.waitMs(), this.#accepting ? -1 : SHORTAGE_MS));
      const paused = !this.#accepting;
      for (let i = 0; i < ready; i++) {
        const fd = poller.readyAt(i);
        if (fd !== this.#listener) connections.serve(fd);
        else if (!paused) this.#accept();
      }
      connections.checkTimes();
      if (paused) this.#watchListener(true);
    }
    connections.free();
  }

  #accept(): void {
    // Ready, but accept fails: without a pause the loop would spin.
    if (!acceptSome(this.#listener, this.#open, this.#stopping)) this.#watchListener(false);
  }

  readonly #open = (fd: number): void => this.#connections.open(fd);

  #watchListener(accepting: boolean): void {
    this.#accepting = accepting;
    this.#poller.change(this.#listener, accepting ? POLLIN : 0);
  }
}
