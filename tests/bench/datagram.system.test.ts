import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makePacer } from '../../bench/load/arrivals/pacer.ts';
import { EpollDatagrams } from '../../bench/load/datagrams/epoll-datagrams.ts';
import { DatagramUpload } from '../../bench/load/datagrams/upload.ts';
import { BoundedDemand, type Demand, OpenDemand } from '../../bench/load/demand/demand.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { asInternet } from '../../sockets/address.ts';
import { EAGAIN, EDESTADDRREQ, ENOBUFS } from '../../sockets/errors/errno.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { close, socket } from '../../sockets/socket.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { assign, pacer } from './assignment.ts';
import { protocolOf } from './exchanges.ts';

const DEPTH = 3;
const SIZE = 1000;

let server: ServerProcess;

const startServer = () => ServerProcess.start({ model: 'event-driven', transport: 'udp' });

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.kill());

/** Opens one socket with room for three requests, whose first one was answered. */
function answered(demand: Demand, { address } = server) {
  const point = { transport: 'udp', connections: 1, pipelining: DEPTH, sizes: fixedSize(SIZE) } as const;
  const live = new LiveView();
  const open = demand instanceof OpenDemand;
  const state = new LoadState(1, live, undefined, open);
  const epoll = new Epoll();
  const assignment = { ...assign(point, address), pacer: open ? pacer : null };
  const workload = new EpollDatagrams(assignment, state, epoll, protocolOf(assignment));
  onTestFinished(() => {
    workload.close();
    epoll.close();
  });
  /** Waits until every request was answered, up to a time limit. */
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
  const { sockets } = workload;
  const { fd } = sockets;
  const unconnected = socket('udp', asInternet(address).host);
  onTestFinished(() => {
    close(unconnected);
  });
  /** Makes the kernel refuse to send: without a destination, send(2) fails with EDESTADDRREQ. */
  const refuse = () => {
    sockets.fd = () => unconnected;
  };
  const accept = () => {
    sockets.fd = fd;
  };
  return { workload, state, live, settled, refuse, accept };
}

const atRate = () => new OpenDemand(makePacer(pacer), 1e9, 1, 1);

describe('a request that is due', () => {
  test('is sent regardless of the number outstanding, and the socket accepts more', () => {
    const demand = atRate();
    const { workload, state, settled, live } = answered(demand);
    state.flowing = true;
    workload.resume(0);
    expect([demand.takeIdle(), demand.takeIdle()]).toEqual([0, -1]);
    for (let i = 0; i < 10 * DEPTH; i++) {
      expect(workload.request(0, nowNanos())).toBe(true);
      expect(demand.takeIdle()).toBe(0);
    }
    expect(workload.outstanding).toBe(10 * DEPTH);
    settled();
    expect(state.counts).toMatchObject({ sent: 1 + 10 * DEPTH, completed: 1 + 10 * DEPTH, dropped: 0 });
    expect(live.response.count).toBe(1 + 10 * DEPTH);
  });

  test('is sent after it waited for the socket to open', () => {
    const demand = atRate();
    const { workload, state, settled } = answered(demand);
    for (let i = 0; i < 3; i++) demand.enqueue();
    state.flowing = true;
    workload.resume(0);
    expect([demand.queued, demand.takeIdle()]).toEqual([0, 0]);
    settled();
    expect(state.counts).toMatchObject({ sent: 4, completed: 4 });
  });
});

describe('requests that the kernel does not accept', () => {
  test.each([
    ['because the send buffer is full', EAGAIN, 'sendBuffer'],
    ['because the network device is busy', ENOBUFS, 'sendBuffer'],
    ['for another reason', EDESTADDRREQ, 'unsent'],
  ] as const)('%s, at a rate, are dropped: not sent, and without a response time', (_, errno, cause) => {
    const { workload, state, settled, live } = answered(atRate());
    state.flowing = true;
    const { send } = workload.sockets;
    workload.sockets.send = () => -errno;
    for (let i = 0; i < 5; i++) expect(workload.request(0, nowNanos())).toBe(true);
    expect(state.counts).toMatchObject({ sent: 1, completed: 1, errors: 0, dropped: 5, [cause]: 5 });
    expect([workload.outstanding, live.response.count]).toEqual([0, 1]);
    workload.sockets.send = send;
    workload.request(0, nowNanos());
    settled();
    expect(state.counts).toMatchObject({ sent: 2, completed: 2, errors: 0, dropped: 5 });
  });

  test('because of a real send error are dropped, too', () => {
    const { workload, state, settled, refuse, accept } = answered(atRate());
    refuse();
    state.flowing = true;
    workload.request(0, nowNanos());
    expect(state.counts).toMatchObject({ sent: 1, errors: 0, dropped: 1, unsent: 1 });
    expect(workload.sockets.lastErrno).toBe(EDESTADDRREQ);
    accept();
    workload.request(0, nowNanos());
    settled();
    expect(state.counts).toMatchObject({ sent: 2, completed: 2, dropped: 1 });
  });

  test.each([
    ['because the send buffer is full', -EAGAIN],
    ['for any other reason', undefined],
  ])('%s are sent again in a closed loop, up to the requested number', (_, outcome) => {
    const demand = new BoundedDemand();
    demand.left = 10;
    const { workload, state, settled, refuse, accept } = answered(demand);
    const { send } = workload.sockets;
    if (outcome === undefined) refuse();
    else workload.sockets.send = () => outcome;
    state.flowing = true;
    workload.resume(0);
    expect(state.counts).toMatchObject({ sent: 1, errors: 0, dropped: 0 });
    expect(demand.left).toBe(10);
    accept();
    workload.sockets.send = send;
    workload.sweep(nowNanos(), 0);
    settled();
    expect(state.counts).toMatchObject({ sent: 11, completed: 11, errors: 0 });
    expect(demand.left).toBe(0);
  });
});

describe('an ICMP error', () => {
  test('that send(2) reports ends an earlier request, and the new one is sent', async () => {
    const leaving = await startServer();
    onTestFinished(() => leaving.kill());
    const { workload, state } = answered(atRate(), leaving);
    await leaving.kill();
    state.flowing = true;
    // Each goes to a port without a listener. The error of each is reported in place of sending the next.
    for (let i = 0; i < 4; i++) workload.request(0, nowNanos());
    expect(state.counts).toMatchObject({ sent: 5, errors: 3, dropped: 0 });
    expect(workload.outstanding).toBe(1);
    workload.ready(0);
    expect(state.counts).toMatchObject({ sent: 5, completed: 1, errors: 4 });
  });
});

describe('an upload at a rate', () => {
  test('drops what the kernel does not accept, and counts every arrival', () => {
    const demand = atRate();
    const state = new LoadState(1, new LiveView(), undefined, true);
    state.demand = demand;
    const epoll = new Epoll();
    const point = { transport: 'udp', connections: 1, workload: 'upload', sizes: fixedSize(SIZE) } as const;
    const upload = new DatagramUpload({ ...assign(point, server.address), pacer }, state, epoll);
    onTestFinished(() => {
      upload.close();
      epoll.close();
    });
    upload.open(0);
    demand.enqueue();
    upload.resume(0);
    expect(state.counts).toMatchObject({ sent: 1, completed: 1 });
    upload.sockets.send = () => -ENOBUFS;
    upload.request(0, nowNanos());
    expect(state.counts).toMatchObject({ sent: 1, completed: 1, errors: 0, dropped: 1, sendBuffer: 1 });
  });
});
