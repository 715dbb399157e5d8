import { describe, expect, test } from 'vitest';
import {
  parseCpus,
  parseDuration,
  parseInteger,
  parseIntegers,
  parseNames,
  parseSize,
} from '../../bench/model/units.ts';

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['2s', 2000],
    ['1.5s', 1500],
    ['1m', 60_000],
    ['1m30s', 90_000],
    ['250us', 0.25],
    ['0s', 0],
    ['1h', 3_600_000],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['', '5', 'ms', '-1s', '1 s', '1s ', '1d', '1.s', '.5s', '1s,2s', 'Infinitys', '1e3s'])(
    '%j is none',
    (text) => {
      expect(() => parseDuration(text)).toThrow(RangeError);
    },
  );
});

describe('a size', () => {
  test.each([
    ['64', 64],
    ['64B', 64],
    ['64KiB', 65_536],
    ['64 KiB', 65_536],
    ['1MiB', 1_048_576],
    ['1.5KiB', 1536],
    ['1kB', 1000],
    ['2MB', 2_000_000],
    ['0', 0],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', 'KiB', '-1', '1.5', '64x', '1e3', '64Kib', '1 2', '9999999GiB', '1constructor'])(
    '%j is none',
    (text) => {
      expect(() => parseSize(text)).toThrow(RangeError);
    },
  );
});

describe('whole numbers', () => {
  test('are read in order, each once', () => {
    expect(parseIntegers('16,1, 128,16')).toEqual([16, 1, 128]);
    expect(parseInteger('007')).toBe(7);
  });

  test.each(['', '1,', ',1', '1,,2', '1.5', '-1', '+1', '0x10', '1e3', 'one', '9999999999999999'])(
    '%j are none',
    (text) => {
      expect(() => parseIntegers(text)).toThrow(RangeError);
    },
  );
});

describe('a list of CPUs', () => {
  test.each([
    ['0', [0]],
    ['0,2-3', [0, 2, 3]],
    ['3,1-2,2', [1, 2, 3]],
  ])('%s is read', (text, cpus) => {
    expect(parseCpus(text)).toEqual(cpus);
  });

  test.each(['', '1-', '-1', '3-1', '0-999999999', 'a', '1,,2', '0-8192'])('%j is none', (text) => {
    expect(() => parseCpus(text)).toThrow(RangeError);
  });
});

test('names are read in order, each once', () => {
  expect(parseNames('b, a,b')).toEqual(['b', 'a']);
  expect(() => parseNames('a,,b')).toThrow('empty place');
});

test('a refusal quotes what was written and shows how to write it', () => {
  expect(() => parseDuration('5')).toThrow("'5' is not a duration, such as 500ms, 2s or 1m");
});
