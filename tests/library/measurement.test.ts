import { expect, test } from 'vitest';
import { ConfigurationError } from '../../bench/model/errors.ts';
import type { MeasurementEvent } from '../../bench/model/event.ts';
import { begin } from '../../scripts/library/measurement.ts';

const event = { event: 'step', seconds: 0, doing: 'something' } as MeasurementEvent;

test('a measurement is a promise of its result, and iterates over its events', async () => {
  const measurement = begin(async (emit) => {
    await Promise.resolve();
    emit(event);
    return 'result';
  });
  const events: MeasurementEvent[] = [];
  for await (const each of measurement) events.push(each);
  expect(events).toEqual([event]);
  await expect(measurement).resolves.toBe('result');
});

test('a second one at the same time is refused, and one after the other is not', async () => {
  let resolve: (result: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  const first = begin(() => promise);
  const second = begin(async () => 'second');
  await expect(second).rejects.toThrow(ConfigurationError);
  await expect(second).rejects.toThrow('await the first');
  resolve('first');
  expect(await first).toBe('first');
  await expect(begin(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await begin(async () => 'third')).toBe('third');
});

// An unhandled rejection would fail this file.
test('one that fails throws where it is iterated over, and needs no other handler then', async () => {
  const measurement = begin(async (emit) => {
    await Promise.resolve();
    emit(event);
    throw new Error('broken');
  });
  const events: MeasurementEvent[] = [];
  const read = async () => {
    for await (const each of measurement) events.push(each);
  };
  await expect(read()).rejects.toThrow('broken');
  expect(events).toEqual([event]);
});
