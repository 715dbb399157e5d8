import { setTimeout as sleep } from 'node:timers/promises';
import { LOOK_NANOS, type LoadGenerator } from '../load/load-generator.ts';
import { nowNanos } from '../measure/clock.ts';
import { Slices } from '../measure/slices.ts';
import { Timeline } from '../measure/timeline.ts';
import type { Slice, TimelinePoint } from '../model/trial.ts';
import type { Sample } from './observer.ts';

/** Readings between two points of the timeline: one second. */
const LOOKS_A_POINT = 10;

/** How a load went while it was measured. */
export interface Course {
  readonly timeline: TimelinePoint[];
  readonly slices: Slice[];
}

/**
 * Reads the generator's counts from `begin` until `end`, both in monotonic nanoseconds, or until it is done.
 * @param completed requests completed at `begin`.
 * @param sampled receives each point of the timeline when it is complete.
 */
export async function follow(
  generator: LoadGenerator,
  begin: number,
  end: number,
  completed: number,
  sampled: (sample: Sample) => void,
): Promise<Course> {
  const timeline = new Timeline(begin, completed);
  const slices = new Slices(begin, completed);
  for (let looks = 1; ; looks++) {
    const time = Math.min(begin + looks * LOOK_NANOS, end);
    await until(time);
    const counted = await generator.settled(looks);
    const doneNanos = generator.doneNanos();
    const now = doneNanos ?? counted;
    const over = doneNanos !== undefined || time === end;
    slices.read(now, generator.completed(), over);
    const point = over || looks % LOOKS_A_POINT === 0 ? timeline.read(now, generator) : undefined;
    if (point !== undefined) sampled({ ...point, inFlight: generator.inFlight() });
    if (over) return { timeline: timeline.points, slices: slices.slices };
  }
}

/** Waits until a time on the monotonic clock, in nanoseconds. */
export async function until(time: number): Promise<void> {
  const milliseconds = (time - nowNanos()) / 1e6;
  if (milliseconds > 0) await sleep(milliseconds);
}
