import { describe, expect, onTestFinished, test } from 'vitest';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { EpollExchange } from '../../bench/load/streams/epoll-exchange.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { TURN_EVENTS } from '../../bench/load/workload.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { assign, pacer } from './assignment.ts';
import { clientOf, noOpenSsl, serverOf, shakeHands } from './channels/in-memory.ts';
import { protocolOf } from './exchanges.ts';
import { TurningServer } from './turning-server.ts';

/** More requests than the buffers of two sockets hold. */
const REQUESTS = 4096;
/** What TLS 1.3 adds to the plain bytes of a record, after its header: their type and the tag. */
const ADDED = 17;

/** Makes {@link REQUESTS} requests over TLS to a server that reads only in `turn`, and never replies. */
function requestAll(size: number) {
  const chunks: Buffer[] = [];
  let received = 0;
  const server = new TurningServer(({ inbox }, _fd, _c, length) => {
    chunks.push(Buffer.from(inbox.bytes.subarray(0, length)));
    received += length;
  });
  const client = clientOf();
  shakeHands(client, serverOf());
  const point = { connections: 1, pipelining: REQUESTS, sizes: fixedSize(size) };
  const assignment = { ...assign(point, server.address), pacer };
  const state = new LoadState(1, new LiveView(), undefined, true);
  const epoll = new Epoll();
  const workload = new EpollExchange(assignment, state, epoll, protocolOf(assignment), client);
  let isClosed = false;
  const close = () => {
    if (!isClosed) workload.close();
    isClosed = true;
  };
  onTestFinished(() => {
    close();
    epoll.close();
    server.close();
  });
  const until = (done: () => boolean, turn: () => void) => {
    const end = nowNanos() + 20e9;
    while (!done()) {
      if (nowNanos() > end) throw new Error(`it did not come to that: ${JSON.stringify(state.counts)}`);
      turn();
      server.turn();
    }
  };
  const turn = () => {
    const ready = epoll.wait(0);
    for (let i = 0; i < ready; i++) workload.ready(epoll.dataAt(i), epoll.eventsAt(i));
    workload.settle();
  };
  workload.open(0);
  until(() => chunks.length > 0, turn);
  state.flowing = true;
  const now = nowNanos();
  for (let i = 1; i < REQUESTS; i++) {
    expect(workload.request(0, now)).toBe(true);
    // A turn of the engine makes no more.
    if (i % TURN_EVENTS === 0) workload.settle();
  }
  workload.settle();
  /** Returns the number of requests whose record begins in what the server has received. */
  const begun = () => {
    const bytes = Buffer.concat(chunks);
    let plain = 0;
    for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
      plain += bytes.readUInt16BE(at + 3) - ADDED;
    }
    return Math.ceil(plain / size);
  };
  const allBegun = () => received > REQUESTS * size && begun() === REQUESTS;
  return { state, workload, server, close, begun, allBegun, until, turn };
}

describe.skipIf(noOpenSsl)('requests that were encrypted', () => {
  test.each([8192, 3000, 1000])(
    'of %i bytes are sent when the kernel has taken a part of their record, and not before',
    (size) => {
      const { state, workload, server, close, begun, until } = requestAll(size);
      workload.abandon(nowNanos());
      // What the kernel holds is delivered before FIN.
      close();
      until(() => server.open === 0, close);
      expect(state.counts).toMatchObject({ sent: begun(), timedOut: begun(), unsent: REQUESTS - begun() });
      expect(state.counts.unsent).toBeGreaterThan(0);
    },
  );

  test('are sent when there is room, each once', () => {
    const { state, workload, allBegun, until, turn } = requestAll(3000);
    until(allBegun, turn);
    workload.abandon(nowNanos());
    expect(state.counts).toMatchObject({ sent: REQUESTS, timedOut: REQUESTS, unsent: 0 });
  });
});
