import { expect, test } from 'vitest';
import { LoadStart } from '../../bench/load/engines/load-start.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { whyMissing } from '../requirements.ts';

/** A start whose workload records what is asked of it. */
function starting() {
  const state = new LoadState(3, new LiveView(), undefined, false);
  const events: string[] = [];
  const workload = {
    outstanding: 0,
    handedOver: 0,
    handOver() {
      events.push('hand over');
      workload.handedOver = nowNanos();
    },
    resume(c: number) {
      events.push(state.flowing && state.demand.next(c, 1, 1) === 1 ? `request ${c}` : `nothing ${c}`);
    },
  };
  return { state, events, workload, start: new LoadStart(state, workload) };
}

test.skipIf(whyMissing('libc'))('a rehearsal makes no request, and leaves everything as it was', () => {
  const { state, events, start } = starting();
  const { demand } = state;
  start.rehearse(3, () => start.flow(3, true));
  expect(new Set(events)).toEqual(new Set(['nothing 0', 'nothing 1', 'nothing 2', 'hand over']));
  expect(state).toMatchObject({ demand, flowing: false, inFlight: 0 });
});

test.skipIf(whyMissing('libc'))('without connections there is no rehearsal', () => {
  const { start } = starting();
  start.rehearse(0, () => expect.unreachable());
});

test.skipIf(whyMissing('libc'))('the kernel gets the first request before the others are made', () => {
  const { state, events, workload, start } = starting();
  start.flow(3, true);
  expect(events).toEqual(['request 0', 'hand over', 'request 1', 'request 2']);
  expect(state.flowing).toBe(true);
  expect(start.startedNanos).toBeGreaterThanOrEqual(workload.handedOver);
});

test.skipIf(whyMissing('libc'))('at a rate, the load starts when connections are ready for arrivals', () => {
  const { events, start } = starting();
  const before = nowNanos();
  start.flow(2, false);
  expect(events).toEqual(['request 0', 'request 1']);
  expect(start.startedNanos).toBeGreaterThanOrEqual(before);
});
