import { expect, onTestFinished, test } from 'vitest';
import { type Client, type ClientEvents, MAX_QUEUED_BYTES } from '../../bench/load/clients/client.ts';
import { ClientRequests } from '../../bench/load/clients/requests.ts';
import { BoundedDemand } from '../../bench/load/demand/demand.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { assign } from './assignment.ts';

const SIZE = 16_384;
const DEPTH = 64;

/** A connection whose kernel takes nothing until its queue is emptied. */
class Clogged implements Client {
  queuedBytes = 0;
  sent = 0;
  last: Uint8Array = new Uint8Array();

  get hasRoom(): boolean {
    return this.queuedBytes < MAX_QUEUED_BYTES;
  }

  send(request: Uint8Array): void {
    this.queuedBytes += request.length;
    this.sent++;
    this.last = request;
  }

  end(): void {}
  destroy(): void {}
}

test('a connection whose kernel buffer is full queues at most its limit plus one request', () => {
  const client = new Clogged();
  const state = new LoadState(1, new LiveView(), undefined, false);
  let events: ClientEvents | undefined;
  const point = { connections: 1, pipelining: DEPTH, sizes: [{ from: SIZE, to: SIZE, share: 1 }] };
  const workload = new ClientRequests(assign(point, { host: '127.0.0.1', port: 1 }), state, (_, told) => {
    events = told;
    return client;
  });
  onTestFinished(() => workload.close());
  workload.open(0);
  events?.opened(0);
  events?.received(0, client.last, false);
  client.queuedBytes = 0;
  state.demand = new BoundedDemand();
  Object.assign(state.demand, { left: DEPTH });
  state.flowing = true;
  const before = client.sent;
  workload.resume(0);
  expect(client.queuedBytes).toBe(MAX_QUEUED_BYTES);
  // The others wait until there is room, and none is sent twice or left out.
  for (let emptied = 0; emptied < DEPTH; emptied++) {
    client.queuedBytes = 0;
    workload.resume(0);
    expect(client.queuedBytes).toBeLessThan(MAX_QUEUED_BYTES + SIZE);
  }
  expect(client.sent - before).toBe(DEPTH);
});
