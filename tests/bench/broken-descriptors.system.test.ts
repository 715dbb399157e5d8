import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Broadcast } from '../../bench/load/chat/broadcast.ts';
import { EpollDatagrams } from '../../bench/load/datagrams/epoll-datagrams.ts';
import { DatagramUpload } from '../../bench/load/datagrams/upload.ts';
import { BoundedDemand } from '../../bench/load/demand/demand.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { Download } from '../../bench/load/streams/download.ts';
import { Upload } from '../../bench/load/streams/upload.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import type { Workload } from '../../bench/load/workload.ts';
import { EBADF, ECONNRESET, EFAULT, EHOSTUNREACH, EINVAL, ENOTSOCK, errnoMessage } from '../../sockets/errors/errno.ts';
import { libc } from '../../sockets/libc.ts';
import { EPOLLIN, EPOLLOUT, Epoll } from '../../sockets/polling/epoll.ts';
import { close, localAddress } from '../../sockets/socket.ts';
import { listening, noLibc } from '../sockets/open.ts';
import { assign } from './assignment.ts';
import { epollExchange, protocolOf } from './exchanges.ts';

/** Makes the call fail from now on. */
function fail(call: 'recv' | 'recvmmsg' | 'send', errno: number): void {
  const failing = vi.spyOn(libc(), call).mockImplementation(() => {
    libc().errno[0] = errno;
    return -1;
  });
  onTestFinished(() => failing.mockRestore());
}

type Load = (assignment: Assignment, state: LoadState, epoll: Epoll) => Workload;

/** Returns a load over one connection that is established, with one request to come. */
function connected(
  load: Load,
  transport: 'tcp' | 'udp' = 'tcp',
): { readonly workload: Workload; readonly state: LoadState } {
  const assignment = assign({ connections: 1, transport }, localAddress(listening(transport)));
  const state = new LoadState(1, new LiveView(), undefined, false);
  const epoll = new Epoll();
  const workload = load(assignment, state, epoll);
  onTestFinished(() => {
    workload.close();
    epoll.close();
  });
  workload.open(0);
  while (workload.sockets.opened === 0) {
    for (let i = epoll.wait(1000); i > 0; i--) workload.ready(epoll.dataAt(i - 1), epoll.eventsAt(i - 1));
  }
  state.demand = Object.assign(new BoundedDemand(), { left: 1 });
  state.flowing = true;
  return { workload, state };
}

const download: Load = (...load) => new Download(...load);
const upload: Load = (...load) => new Upload(...load);
const broadcast: Load = (...load) => new Broadcast(...load);
const datagrams: Load = (...load) => new EpollDatagrams(...load, protocolOf(load[0]));
const datagramUpload: Load = (...load) => new DatagramUpload(...load);

const cases = [
  ['request-response', epollExchange, 'recv', EPOLLIN],
  ['download', download, 'recv', EPOLLIN],
  ['upload', upload, 'recv', EPOLLIN],
  ['upload', upload, 'send', EPOLLOUT],
  ['broadcast', broadcast, 'recv', EPOLLIN],
] as const;

const datagramCases = [
  ['requests over UDP', datagrams, 'recvmmsg', (workload: Workload) => workload.ready(0, EPOLLIN)],
  ['requests over UDP', datagrams, 'send', (workload: Workload) => workload.request(0, 1)],
  ['an upload over UDP', datagramUpload, 'recv', (workload: Workload) => workload.ready(0, EPOLLIN)],
  ['an upload over UDP', datagramUpload, 'send', (workload: Workload) => workload.ready(0, EPOLLOUT)],
] as const;

// If it counted as an error of the server, it would be reported for as long as the trial lasts.
describe.skipIf(noLibc)('a load with a broken descriptor ends and reports why', () => {
  test.each(cases)('%s', (_, load, call, events) => {
    const { workload } = connected(load);
    fail(call, EBADF);
    expect(() => workload.ready(0, events)).toThrow(`${call}: bad file descriptor (EBADF)`);
  });

  test.each(cases)('%s: an error caused by the peer is an error of the connection', (_, load, call, events) => {
    const { workload } = connected(load);
    fail(call, ECONNRESET);
    workload.ready(0, events);
    expect(workload.sockets.lastErrno).toBe(ECONNRESET);
  });

  describe.each(datagramCases)('%s', (_, load, call, use) => {
    test.each([EBADF, ENOTSOCK, EFAULT, EINVAL])('%i', (errno) => {
      const { workload } = connected(load, 'udp');
      fail(call, errno);
      expect(() => use(workload)).toThrow(`${call}: ${errnoMessage(errno)}`);
    });

    test('a network error for a datagram does not end the load', () => {
      const { workload } = connected(load, 'udp');
      fail(call, EHOSTUNREACH);
      use(workload);
      expect(workload.sockets.lastErrno).toBe(EHOSTUNREACH);
    });
  });

  test('datagrams too long for segmentation are sent one by one', () => {
    const { workload, state } = connected(datagramUpload, 'udp');
    state.demand = Object.assign(new BoundedDemand(), { left: 3 });
    const send = vi.spyOn(libc() as { send: (fd: number, address: number, length: number) => number }, 'send');
    onTestFinished(() => send.mockRestore());
    send.mockImplementationOnce(() => {
      libc().errno[0] = EINVAL;
      return -1;
    });
    for (let turn = 0; turn < 5; turn++) workload.ready(0, EPOLLOUT);
    expect(send.mock.calls.map(([, , length]) => length)).toEqual([192, 64, 64, 64]);
    expect(state.counts).toMatchObject({ sent: 3, completed: 3, errors: 0, dropped: 0 });
  });

  test('a closed epoll set fails on every wait', () => {
    const epoll = new Epoll();
    close(epoll.fd);
    expect(() => epoll.wait(0)).toThrow('epoll_wait: bad file descriptor (EBADF)');
    expect(() => epoll.waitNanos(1)).toThrow('epoll_wait: bad file descriptor (EBADF)');
    epoll.close();
  });
});
