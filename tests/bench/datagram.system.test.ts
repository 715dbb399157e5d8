import { describe, expect, onTestFinished, test } from 'vitest';
import { BoundedDemand, type Demand, OpenDemand } from '../../bench/load/demand.ts';
import { LiveView } from '../../bench/load/live.ts';
import { LoadState } from '../../bench/load/load-state.ts';
import { makePacer } from '../../bench/load/pacers/pacer.ts';
import { DatagramWorkload } from '../../bench/load/workloads/datagram.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { Epoll } from '../../sockets/epoll.ts';
import { setOption } from '../../sockets/socket.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { assign } from './assignment.ts';

const DEPTH = 3;
const SIZE = 1000;

/** One socket with room for three requests, whose first one was answered. */
async function answered(demand: Demand) {
  const server = await ServerProcess.start({ model: 'event-driven', transport: 'udp' });
  onTestFinished(() => server.kill());
  const point = { transport: 'udp', connections: 1, pipelining: DEPTH, sizes: fixedSize(SIZE) } as const;
  const state = new LoadState(1, new LiveView(), undefined, demand instanceof OpenDemand);
  const epoll = new Epoll();
  const workload = new DatagramWorkload(assign(point, server.address), state, epoll);
  onTestFinished(() => {
    workload.close();
    epoll.close();
  });
  /** Until every request was answered; not for ever. */
  const settled = () => {
    const end = nowNanos() + 5e9;
    while (workload.outstanding > 0) {
      if (nowNanos() > end) throw new Error(`it did not come to that: ${JSON.stringify(state.counts)}`);
      if (epoll.wait(100) > 0) workload.ready(0);
      workload.settle();
    }
  };
  workload.open(0);
  settled();
  state.demand = demand;
  /** A datagram of so many segments is more than the kernel takes, udp(7): EINVAL. */
  const refuse = () => setOption(workload.sockets.fd(0), 'UDP_SEGMENT', 1);
  const accept = () => setOption(workload.sockets.fd(0), 'UDP_SEGMENT', SIZE);
  return { workload, state, settled, refuse, accept };
}

describe('requests that the kernel does not take', () => {
  const open = () => {
    const profile = { start: 1000, stages: [], holdMs: 0 };
    return new OpenDemand(
      makePacer({ profile, arrivals: 'constant', streamKey: { seed: 1 }, thread: 0, threads: 1 }),
      1e9,
      1,
      DEPTH,
    );
  };

  test('have failed when they came at a rate, and the socket can take others later', async () => {
    const demand = open();
    const { workload, state, settled, refuse, accept } = await answered(demand);
    refuse();
    state.flowing = true;
    expect(workload.request(0, nowNanos())).toBe(true);
    expect(state.counts).toMatchObject({ sent: 2, completed: 1, errors: 1 });
    // Nor do those vanish that waited for a connection.
    demand.enqueue();
    demand.enqueue();
    workload.resume(0);
    expect(state.counts).toMatchObject({ sent: 4, completed: 1, errors: 3 });
    expect([workload.outstanding, demand.queued]).toEqual([0, 0]);
    accept();
    while (demand.takeIdle() >= 0);
    workload.sweep(nowNanos(), 0);
    expect([demand.takeIdle(), demand.takeIdle(), demand.takeIdle(), demand.takeIdle()]).toEqual([0, 0, 0, -1]);
    state.flowing = false;
    workload.request(0, nowNanos());
    settled();
    expect(state.counts).toMatchObject({ sent: 5, completed: 2, errors: 3 });
  });

  test('are made again in a closed loop: as many as were asked for', async () => {
    const demand = new BoundedDemand();
    demand.left = 10;
    const { workload, state, settled, refuse, accept } = await answered(demand);
    refuse();
    state.flowing = true;
    workload.resume(0);
    expect(state.counts).toMatchObject({ sent: 1, errors: 0 });
    expect(demand.left).toBe(10);
    accept();
    workload.sweep(nowNanos(), 0);
    settled();
    expect(state.counts).toMatchObject({ sent: 11, completed: 11, errors: 0 });
    expect(demand.left).toBe(0);
  });
});
