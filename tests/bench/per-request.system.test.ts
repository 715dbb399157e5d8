import { expect, onTestFinished, test } from 'vitest';
import { LoadProfile } from '../../bench/load/arrivals/profile.ts';
import { ArrivalSample } from '../../bench/load/arrivals/sample.ts';
import { BoundedDemand } from '../../bench/load/demand/demand.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { KernelClock } from '../../bench/measure/kernel-clock.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { assign } from './assignment.ts';
import { epollExchange } from './exchanges.ts';
import { echo, TurningServer } from './turning-server.ts';

const CONNECTIONS = 3;

/** An open loop in which the test makes requests by hand; none becomes due by itself. */
function openLoad(clock?: KernelClock) {
  const live = new LiveView();
  const state = new LoadState(CONNECTIONS, live, clock, true);
  state.arrivals = new ArrivalSample(new LoadProfile({ start: 1000, stages: [], holdMs: 0 }), 0, 1, 10);
  state.demand = new BoundedDemand();
  Object.assign(state.demand, { left: 0 });
  return { live, state };
}

const point = { connection: 'per-request', connections: CONNECTIONS } as const;

test('connection setup is part of the response time, but not of generator or schedule lag', () => {
  // The kernel completes one connection. The others' first segments are lost, and sent again a second later (RFC 6298).
  const server = new TurningServer(echo, 0);
  const { live, state } = openLoad(new KernelClock());
  const epoll = new Epoll();
  const workload = epollExchange(assign(point, server.address), state, epoll);
  onTestFinished(() => {
    workload.close();
    epoll.close();
    server.close();
  });
  const until = (done: () => boolean) => {
    const end = nowNanos() + 10e9;
    while (!done()) {
      if (nowNanos() > end) throw new Error(`it did not come to that: ${JSON.stringify(state.counts)}`);
      server.turn();
      const ready = epoll.wait(1);
      for (let i = 0; i < ready; i++) workload.ready(epoll.dataAt(i), epoll.eventsAt(i));
      workload.settle();
    }
  };
  for (let c = 0; c < CONNECTIONS; c++) {
    workload.open(c);
    until(() => workload.answered > c);
  }
  state.flowing = true;
  state.startMeasuring(0);
  for (let c = 0; c < CONNECTIONS; c++) expect(workload.request(c, nowNanos())).toBe(true);
  // The generator has done its part of all requests.
  expect(live.scheduleLag.count).toBe(CONNECTIONS);
  until(() => state.counts.completed === CONNECTIONS);
  expect([live.scheduleLag.count, live.connect.count, live.service.count]).toEqual([3, 3, 3]);
  expect(live.connect.max).toBeGreaterThan(0.9e9);
  expect(live.response.max).toBeGreaterThanOrEqual(live.connect.max);
  for (const part of [live.scheduleLag, live.generatorLag, live.service]) {
    expect(part.max).toBeLessThan(live.connect.max / 2);
  }
});
