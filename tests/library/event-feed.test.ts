import { expect, test } from 'vitest';
import type { MeasurementEvent } from '../../bench/model/event.ts';
import { EventFeed } from '../../scripts/library/event-feed.ts';

const sample = (seconds: number) => ({ event: 'sample', seconds }) as MeasurementEvent;
const step = (seconds: number) => ({ event: 'step', seconds, doing: 'something' }) as MeasurementEvent;

/** Reads to the end. @returns the times of the events. */
async function timesOf(events: AsyncIterable<MeasurementEvent>): Promise<number[]> {
  const times: number[] = [];
  for await (const { seconds } of events) times.push(seconds);
  return times;
}

test('each reader gets all events from its beginning to the end, in order', async () => {
  const feed = new EventFeed();
  feed.emit(step(0));
  const first = timesOf(feed.read());
  feed.emit(step(1));
  const second = timesOf(feed.read());
  feed.emit(sample(2));
  feed.end();
  expect(await first).toEqual([1, 2]);
  expect(await second).toEqual([2]);
  expect(await timesOf(feed.read())).toEqual([]);
});

test('a reader that waits is woken', async () => {
  const feed = new EventFeed();
  const events = feed.read();
  const next = events.next();
  feed.emit(step(1));
  expect(await next).toEqual({ done: false, value: step(1) });
  const end = events.next();
  feed.end();
  expect(await end).toEqual({ done: true, value: undefined });
});

test('a failure comes after the events before it', async () => {
  const feed = new EventFeed();
  const events = feed.read();
  const next = events.next();
  feed.emit(step(1));
  feed.emit(step(2));
  feed.fail(new Error('broken'));
  expect([await next, await events.next()].map(({ value }) => value?.seconds)).toEqual([1, 2]);
  await expect(events.next()).rejects.toThrow('broken');
});

test('a reader that lags far behind misses samples, and nothing else', async () => {
  const feed = new EventFeed();
  const events = feed.read();
  const first = events.next();
  feed.emit(step(0));
  await first;
  for (let second = 1; second <= 5000; second++) feed.emit(sample(second));
  feed.emit(step(5001));
  feed.end();
  const times = await timesOf(events);
  expect(times.at(-1)).toBe(5001);
  expect(times.slice(0, 3)).toEqual([1, 2, 3]);
  expect(times.length).toBeLessThan(2000);
});
