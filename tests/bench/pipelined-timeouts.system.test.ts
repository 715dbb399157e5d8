import { describe, expect, onTestFinished, test } from 'vitest';
import { makePacer } from '../../bench/load/arrivals/pacer.ts';
import { OpenDemand } from '../../bench/load/demand/demand.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import type { Workload } from '../../bench/load/workload.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { assign, pacer } from './assignment.ts';
import { epollExchange } from './exchanges.ts';
import { echo, TurningServer } from './turning-server.ts';

const DEPTH = 3;
const SIZE = 64;
const MS = 1e6;

/** A connection with room for three requests, whose server holds back all replies after the first. */
interface Pipeline {
  readonly state: LoadState;
  readonly live: LiveView;
  readonly workload: Pick<Workload, 'request' | 'sweep' | 'outstanding'>;
  /** Waits until this many requests have arrived at the server since the first. */
  arrive(requests: number): void;
  /** Makes the server send all replies that it holds, and the client read them. */
  release(): void;
  /** Returns the number of connections that were opened. */
  made(): number;
}

function openState(): { live: LiveView; state: LoadState } {
  const live = new LiveView();
  return { live, state: new LoadState(1, live, undefined, true) };
}

const point = { connections: 1, pipelining: DEPTH } as const;

function overSockets(): Pipeline {
  const { live, state } = openState();
  let held = 0;
  const fds: number[] = [];
  const server = new TurningServer((it, fd, connection, length) => {
    if (held === 0 && fds.length === 0) echo(it, fd, connection, length);
    else it.later.push({ fd, bytes: it.inbox.bytes.slice(0, length) });
    fds.push(fd);
    held += length;
  });
  const epoll = new Epoll();
  const workload = epollExchange({ ...assign(point, server.address), pacer }, state, epoll);
  onTestFinished(() => {
    workload.close();
    epoll.close();
    server.close();
  });
  const kept: { fd: number; bytes: Uint8Array }[] = [];
  const until = (done: () => boolean) => {
    const end = nowNanos() + 5e9;
    while (!done()) {
      if (nowNanos() > end) throw new Error(`it did not come to that: ${JSON.stringify(state.counts)}`);
      const ready = epoll.wait(0);
      for (let i = 0; i < ready; i++) workload.ready(epoll.dataAt(i), epoll.eventsAt(i));
      workload.settle();
      kept.push(...server.later.splice(0));
      server.turn();
    }
  };
  workload.open(0);
  until(() => workload.answered === 1);
  return {
    state,
    live,
    workload,
    arrive: (requests) => until(() => held === (1 + requests) * SIZE),
    release() {
      kept.push(...server.later.splice(0));
      const answered = state.counts.late + state.counts.completed;
      const bytes = kept.reduce((sum, piece) => sum + piece.bytes.length, 0);
      server.later.push(...kept.splice(0));
      const end = nowNanos() + 5e9;
      while (state.counts.late + state.counts.completed < answered + bytes / SIZE && nowNanos() < end) {
        server.turn();
        const ready = epoll.wait(0);
        for (let i = 0; i < ready; i++) workload.ready(epoll.dataAt(i), epoll.eventsAt(i));
        workload.settle();
      }
    },
    made: () => {
      for (let i = 0; i < 100; i++) server.turn();
      return server.accepted;
    },
  };
}

describe('pipelined requests', () => {
  /** Sends three requests on a connection, due at these ages in milliseconds. */
  function waiting(...agesMs: readonly number[]) {
    const pipeline = overSockets();
    const { state, workload } = pipeline;
    state.demand = new OpenDemand(makePacer(pacer), 1e15, 1, DEPTH);
    state.flowing = true;
    const now = nowNanos();
    for (const age of agesMs) expect(workload.request(0, now - age * MS)).toBe(true);
    pipeline.arrive(agesMs.length);
    return { ...pipeline, sweep: (atMs: number) => workload.sweep(now + atMs * MS, now + (atMs - 1000) * MS) };
  }

  test('expire one by one, and the younger ones are answered after late replies', () => {
    const { sweep, state, live, workload, release, made } = waiting(1500, 600, 20);
    sweep(0);
    expect(state.counts).toMatchObject({ sent: 4, completed: 1, timedOut: 1, errors: 0, late: 0 });
    expect(workload.outstanding).toBe(2);
    // A request whose reply is still to come keeps its place, so there is no room for another.
    expect(workload.request(0, nowNanos())).toBe(false);
    release();
    expect(state.counts).toMatchObject({ sent: 4, completed: 3, timedOut: 1, errors: 0, late: 1 });
    expect([live.response.count, workload.outstanding, made()]).toEqual([4, 0, 1]);
    expect(workload.request(0, nowNanos())).toBe(true);
  });

  test('each have their own time-out, and a connection without another request in flight is replaced', () => {
    const { sweep, state, live, workload, made } = waiting(1500, 600, 20);
    for (const [atMs, timedOut, connections] of [
      [0, 1, 1],
      [300, 1, 1],
      [500, 2, 1],
      [900, 2, 1],
      [990, 3, 2],
    ] as const) {
      sweep(atMs);
      expect([atMs, state.counts.timedOut, made()]).toEqual([atMs, timedOut, connections]);
    }
    expect(state.counts).toMatchObject({ sent: 4, completed: 1, errors: 0, dropped: 0 });
    expect(workload.outstanding).toBe(0);
    // None was counted as younger than its time-out.
    expect(live.response.quantile(0.26)).toBeGreaterThan(1000 * MS);
  });
});
