import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FleetMerge } from '../../../bench/fleet/merge/fleet-merge.ts';
import { addDelta, deltasOf, histogramDeltaSchema } from '../../../bench/fleet/merge/histogram-delta.ts';
import { MAX_VARINT_BYTES, VarintReader, writeVarint } from '../../../bench/fleet/merge/varints.ts';
import { type AgentCard, agentCardSchema } from '../../../bench/fleet/model/agent-card.ts';
import { type Part, partSchema } from '../../../bench/fleet/model/part.ts';
import { encode, MAX_MESSAGE_BYTES } from '../../../bench/fleet/model/wire.ts';
import { noCounts } from '../../../bench/load/threads/counts.ts';
import { latencyNames } from '../../../bench/load/threads/live.ts';
import { Histogram } from '../../../bench/measure/histogram.ts';
import { storedLatencies } from '../../../bench/measure/stored-histogram.ts';
import { assignment } from './assignments.ts';
import { idOf } from './simulated-fleet.ts';

const nanos = fc.double({ min: 0, max: 2 ** 42 - 1, noNaN: true }).map(Math.floor);

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

test('deltas of any samples over any seconds add up to one histogram of all of them, bucket by bucket', () => {
  const seconds = fc.array(fc.array(nanos, { maxLength: 30 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(seconds, (samples) => {
      const live = new Histogram();
      let before = new Histogram();
      const merged = new Histogram();
      for (const second of samples) {
        for (const value of second) live.record(value);
        const now = new Histogram();
        now.add(live);
        const sent = deltasOf(now, before).map((delta) => JSON.parse(JSON.stringify(delta)) as unknown);
        for (const delta of sent) addDelta(merged, histogramDeltaSchema.parse(delta));
        before = now;
      }
      const whole = histogramOf(samples.flat());
      expect([...merged.buckets()]).toEqual([...whole.buckets()]);
      expect([merged.count, merged.sum, merged.max]).toEqual([whole.count, whole.sum, whole.max]);
      for (const q of [0, 0.5, 0.99, 0.999, 1]) expect(merged.quantile(q)).toBe(whole.quantile(q));
    }),
    { numRuns: 30 },
  );
});

test('the histogram with every bucket in use takes several messages, each far below 1 MiB', () => {
  const full = new Histogram();
  for (let value = 1; value < 2 ** 42; value += Math.max(1, value / 512)) full.record(value);
  const deltas = deltasOf(full);
  expect(deltas.length).toBeGreaterThan(1);
  for (const delta of deltas) {
    const bytes = encode({ kind: 'part', part: { kind: 'latencies', name: 'response', delta } }).length;
    expect(bytes).toBeLessThan(MAX_MESSAGE_BYTES);
  }
});

test.each([
  ['no text', 5],
  ['a number that is not complete', 'gA=='],
  ['a number without a count', 'BQ=='],
  ['a count of zero', 'BQA='],
  ['a bucket that no histogram has', Buffer.from([0xff, 0xff, 0x7f, 1]).toString('base64')],
  ['a number of more than 32 bits', Buffer.from([5, 0xff, 0xff, 0xff, 0xff, 0x1f]).toString('base64')],
  ['a number without end', Buffer.from([5, 0x80, 0x80, 0x80, 0x80, 0x80, 0]).toString('base64')],
  ['more than a message has', Buffer.alloc(100_000, 1).toString('base64')],
])('no delta is %s', (_, buckets) => {
  expect(histogramDeltaSchema.safeParse({ sum: 1, max: 1, buckets: 'BQE=' }).success).toBe(true);
  expect(histogramDeltaSchema.safeParse({ sum: 1, max: 1, buckets }).success).toBe(false);
});

test('numbers are read as they were written', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(numbers, (written) => {
      const bytes = new Uint8Array(written.length * MAX_VARINT_BYTES);
      const end = written.reduce((at, number) => writeVarint(bytes, at, number), 0);
      const reader = new VarintReader(bytes.subarray(0, end));
      expect(written.map(() => reader.next())).toEqual(written);
      expect(reader.isAtEnd).toBe(true);
    }),
  );
});

const card = (agent: string): AgentCard =>
  agentCardSchema.parse({
    ...{ protocol: 1, agent, name: `host-${agent.at(-1)}`, labels: {}, state: 'idle', cpus: 1 },
    ...{ kernel: '6', node: '20', version: '1', openFiles: 1024, targets: [], findings: [] },
  });

function thread(completed: number): Part {
  return partSchema.parse({
    kind: 'thread',
    report: {
      counts: { ...noCounts(), sent: completed, completed },
      ...{ startedNanos: 1_000_500, completedInTime: completed, bytesInTime: 0, measuredSeconds: 1 },
      ...{ cpuSeconds: 0.5, spunSeconds: 0, fairness: { sum: 1, sumOfSquares: 1, starved: 0 }, used: 1 },
      ...{ meanInFlight: 1, inFlightSeconds: 1, gaps: null, jitterNanos: null, droppedBySockets: 0, portsExhausted: 0 },
    },
  });
}

function end(values: number, threads = 1): Part {
  const all = Object.fromEntries(latencyNames.map((name) => [name, name === 'response' ? values : 0]));
  return partSchema.parse({ kind: 'end', values: all, threads });
}

function responses(values: readonly number[]): Part[] {
  return deltasOf(histogramOf(values)).map((delta) => ({ kind: 'latencies', name: 'response', delta }));
}

describe('the merge of a fleet', () => {
  const samples = [
    [100, 200, 5_000_000],
    [150, 250_000, 300_000, 7_000_000_000],
  ];
  const offsets = new Map(
    [0, 1].map((i) => [idOf(i), { offsetNanos: 500, uncertaintyNanos: 50, roundTripNanos: 100 }]),
  );

  function merge(): FleetMerge {
    return new FleetMerge([0, 1].map((i) => ({ card: card(idOf(i)), assignment: assignment() })));
  }

  function whole(): FleetMerge {
    const fleet = merge();
    fleet.begin(1_000_000);
    for (const [i, values] of samples.entries()) {
      for (const part of [...responses(values), thread(values.length), end(values.length)]) fleet.add(idOf(i), part);
    }
    return fleet;
  }

  test('is the sum of the agents: counts, rates, buckets', () => {
    const report = whole().report(offsets);
    expect(report.counts.completed).toBe(7);
    expect(report.requestsPerSecond).toBe(7);
    expect([...report.latencies.response.buckets()]).toEqual([...histogramOf(samples.flat()).buckets()]);
  });

  test('contains each agent, whose stored histograms add up to the whole', () => {
    const { agents = [], latencies } = whole().report(offsets);
    expect(agents).toMatchObject([
      { name: 'host-0', startLagMicros: 0, requests: { completed: 3 }, clock: { offsetMicros: 0.5 } },
      { name: 'host-1', requests: { completed: 4 } },
    ]);
    const stored = storedLatencies(agents.map(({ latencyMicros }) => latencyMicros.response));
    expect(stored?.count).toBe(latencies.response.count);
  });

  test.each([
    ['its end', (fleet: FleetMerge) => fleet.add(idOf(1), thread(1))],
    ['a delta', (fleet: FleetMerge) => [thread(1), end(1)].map((part) => fleet.add(idOf(1), part))],
    ['a thread', (fleet: FleetMerge) => [...responses([5]), end(1)].map((part) => fleet.add(idOf(1), part))],
  ])('is refused when %s of an agent is missing', (_, add) => {
    const fleet = merge();
    for (const part of [...responses([1]), thread(1), end(1)]) fleet.add(idOf(0), part);
    add(fleet);
    expect(() => fleet.report(offsets)).toThrow(/agent host-1: .* did not arrive whole/);
  });
});
