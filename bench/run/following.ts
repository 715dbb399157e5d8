import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from '../load/generator.ts';
import { nowNanos } from '../measure/clock.ts';
import { Timeline } from '../measure/timeline.ts';
import type { Slice, TimelinePoint } from '../model/trial.ts';

/** How often the generator's counts are read: slices fine enough to tell drift from noise in a load of a second. */
const SLICE_NANOS = 100e6;
/** Slices kept at most; of a longer load, longer ones. */
const MOST_SLICES = 600;
const SECOND = 1e9;

/** How a load went while it was measured. */
export interface Course {
  readonly timeline: TimelinePoint[];
  readonly slices: Slice[];
}

/** Reads the generator while it measures, from `begin` until `end` (monotonic nanoseconds) or until it is done. */
export async function follow(generator: Generator, begin: number, end: number): Promise<Course> {
  const timeline = new Timeline(begin);
  const slices: Slice[] = [];
  const step = Math.max(SLICE_NANOS, (end - begin) / MOST_SLICES);
  let completed = generator.completed();
  let nextPoint = Math.min(begin + SECOND, end);
  for (let time = begin; time < end && !generator.done(); ) {
    time = Math.min(time + step, nextPoint, end);
    await until(time);
    const now = nowNanos();
    const soFar = generator.completed();
    slices.push({ second: (now - begin) / 1e9, completed: soFar - completed });
    completed = soFar;
    if (time < nextPoint && !generator.done()) continue;
    timeline.read(now, generator);
    nextPoint = Math.min(nextPoint + SECOND, end);
  }
  return { timeline: timeline.points, slices };
}

/** Waits until a time on the monotonic clock. */
export async function until(time: number): Promise<void> {
  const milliseconds = (time - nowNanos()) / 1e6;
  if (milliseconds > 0) await sleep(milliseconds);
}
