import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, streamOf } from '../../../servers/random/streams.ts';
import type { OpenLoad } from '../../fleet/agent/agent-load.ts';
import { deltasOf } from '../../fleet/merge/histogram-delta.ts';
import type { Part } from '../../fleet/model/part.ts';
import { LOOK_NANOS } from '../../load/load-generator.ts';
import type { Schedule } from '../../load/threads/control.ts';
import { noCounts } from '../../load/threads/counts.ts';
import { latencyNames } from '../../load/threads/live.ts';
import { nowNanos } from '../../measure/clock.ts';
import { Histogram } from '../../measure/histogram.ts';

/** Values of a histogram a second: enough to use the buckets that a real load does. */
const VALUES = 2000;
const MEAN_NANOS = 200_000;
const LOOKS_A_SECOND = 1e9 / LOOK_NANOS;

/**
 * A load without requests, of which an agent reports as much as of a real one: response times and service times with an
 * exponential distribution.
 */
export const openSimulatedLoad: OpenLoad = (assignment, key, emit) => {
  let hasEnded = false;
  const random = streamOf('simulated server', { ...assignment.streamKey, thread: assignment.share.threads[0] ?? 0 });
  const opening = { seconds: 0, opened: 1, answered: 1, lastErrno: 0 };
  queueMicrotask(() => emit({ kind: 'opened', key, phase: { phase: 'open', opening } }));

  async function follow({ warmupEnd, measureEnd }: Schedule): Promise<void> {
    let values = 0;
    for (let look = 0; ; look++) {
      const time = Math.min(warmupEnd + look * LOOK_NANOS, measureEnd);
      await sleep(Math.max(0, time - nowNanos()) / 1e6);
      if (hasEnded) return;
      const isOver = time === measureEnd;
      if (look > 0 && (isOver || look % LOOKS_A_SECOND === 0)) {
        values += VALUES;
        emit({ kind: 'measured', key, parts: secondOf(random), now: nowNanos() });
      }
      const counts = { completed: look * 1000, failed: 0, bytes: 0, inFlight: 0 };
      const progress = { look, ...counts, doneNanos: isOver ? time : null };
      emit({ kind: 'progress', key, progress, isUrgent: look === 0 || isOver });
      if (!isOver) continue;
      emit({ kind: 'measured', key, parts: endOf(values), now: nowNanos() });
      return emit({ kind: 'finished', key, progress });
    }
  }

  return {
    start: (schedule) => void follow(schedule),
    foundIdle: () => undefined,
    async end() {
      hasEnded = true;
    },
  };
};

function secondOf(random: Random): Part[] {
  return (['response', 'service'] as const).flatMap((name) => {
    const histogram = new Histogram();
    for (let i = 0; i < VALUES; i++) histogram.record(-Math.log(1 - random()) * MEAN_NANOS);
    return deltasOf(histogram).map((delta) => ({ kind: 'latencies', name, delta }) as const);
  });
}

function endOf(values: number): Part[] {
  const counted = Object.fromEntries(
    latencyNames.map((name) => [name, name === 'response' || name === 'service' ? values : 0]),
  );
  const report = {
    ...{ counts: noCounts(), startedNanos: nowNanos(), completedInTime: values, bytesInTime: 0, measuredSeconds: 1 },
    ...{ cpuSeconds: 0, spunSeconds: 0, fairness: { sum: 1, sumOfSquares: 1, starved: 0 }, used: 1, meanInFlight: 1 },
    ...{ inFlightSeconds: 1, gaps: null, jitterNanos: null, droppedBySockets: 0, portsExhausted: 0 },
  };
  return [
    { kind: 'thread', report },
    { kind: 'end', values: counted as (Part & { kind: 'end' })['values'], threads: 1 },
  ];
}
