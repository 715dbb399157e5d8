import { describe, expect, test } from 'vitest';
import { parseCacheHit, parseWork } from '../../bench/model/request-work.ts';

const part = (cpuNanos: number, ioNanos: number, share = 1) => ({ share, cpuNanos, ioNanos });

describe('work', () => {
  test.each([
    ['cpu:200us', [part(200e3, 0)]],
    ['io:5ms', [part(0, 5e6)]],
    ['io:1s', [part(0, 1e9)]],
    ['cpu:100us+io:2ms', [part(100e3, 2e6)]],
    ['io:2ms + cpu:100us', [part(100e3, 2e6)]],
    ['cpu:1ms+cpu:1ms', [part(2e6, 0)]],
    ['cpu:5ms@0.1', [part(5e6, 0, 0.1)]],
    ['cpu:50us@0.9,cpu:5ms@0.1', [part(50e3, 0, 0.9), part(5e6, 0, 0.1)]],
    ['cpu:50us@.5, io:1ms+cpu:1us@0.25', [part(50e3, 0, 0.5), part(1e3, 1e6, 0.25)]],
    ['cpu:1us@0.1,cpu:2us@0.2,cpu:3us@0.7', [part(1e3, 0, 0.1), part(2e3, 0, 0.2), part(3e3, 0, 0.7)]],
  ])('%s', (text, parts) => expect(parseWork(text)).toEqual(parts));

  test.each([
    ['', /is not valid work/],
    ['200us', /'200us' is not valid work, such as cpu:200us/],
    ['disk:5ms', /is not valid work/],
    ['cpu:', /is not valid work/],
    ['cpu:fast', /not a duration/],
    ['cpu:200', /'200' has no unit: write 200us, 200ms or 200s/],
    ['cpu:0us', /the cost of a request must be above 0/],
    ['io:2s', /at most 1 s of each kind/],
    ['io:600ms+io:600ms', /at most 1 s of each kind/],
    ['cpu:1ms+', /is not valid work/],
    ['cpu:1ms,cpu:2ms', /'cpu:1ms' has no share of the requests/],
    ['cpu:1ms@0.5,cpu:2ms', /'cpu:2ms' has no share/],
    ['cpu:1ms@0', /not a share/],
    ['cpu:1ms@1.1', /not a share/],
    ['cpu:1ms@', /not a share/],
    ['cpu:1ms@0.5@0.5', /more than one share/],
    ['cpu:1ms@0.6,io:1ms@0.5', /add up to 1.1, which is more than 1/],
  ])('%j is refused', (text, fault) => {
    expect(() => parseWork(text)).toThrow(RangeError);
    expect(() => parseWork(text)).toThrow(fault);
  });
});

describe('a share of cache hits', () => {
  test.each([
    ['0', 0],
    ['0.8', 0.8],
    ['1', 1],
  ])('%s', (text, share) => expect(parseCacheHit(text)).toBe(share));

  test.each(['', '-0.1', '1.01', '80%', 'most'])('%j is refused', (text) => {
    expect(() => parseCacheHit(text)).toThrow(/not a share from 0 to 1/);
  });
});
