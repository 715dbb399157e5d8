import { describe, expect, test } from 'vitest';
import {
  parseCpus,
  parseDuration,
  parseDurationWithUnit,
  parseInteger,
  parseIntegers,
  parseNames,
  parseRate,
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
    ['2', 2000],
    ['0.5', 500],
    ['0', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    '',
    'ms',
    '1.',
    '.5',
    '1e3',
    '10k',
    '-2',
    '-1s',
    '1 s',
    '1s ',
    '1d',
    '1.s',
    '.5s',
    '1s,2s',
    'Infinitys',
    '1e3s',
  ])('%j is refused', (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });
});

describe('a duration with a required unit', () => {
  test('is read like any other duration', () => expect(parseDurationWithUnit('1m30s')).toBe(90_000));

  test.each(['5', '0.5', '0'])('%s alone is refused, with the accepted forms', (text) => {
    expect(() => parseDurationWithUnit(text)).toThrow(`'${text}' has no unit: write ${text}us, ${text}ms or ${text}s`);
  });
});

describe('a rate', () => {
  test.each([
    ['20000', 20_000],
    ['0.5', 0.5],
    ['10k', 10_000],
    ['1.1k', 1100],
    ['2M', 2_000_000],
    ['1e6', 1_000_000],
    ['2.5E3', 2500],
    ['0', 0],
  ])('%s is %d requests/s', (text, rate) => expect(parseRate(text)).toBe(rate));

  test.each([
    '',
    'k',
    '-1',
    '+1',
    '1K',
    '1 k',
    '10kk',
    '1e',
    'e6',
    '1e-3',
    '1e6k',
    '10k/s',
    '1,000',
    'Infinity',
    '0x10',
  ])('%j is refused', (text) =>
    expect(() => parseRate(text)).toThrow('is not a number of requests/s, such as 1000, 10k or 1e6'),
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
    '%j is refused',
    (text) => {
      expect(() => parseSize(text)).toThrow(RangeError);
    },
  );
});

describe('whole numbers', () => {
  test('are read in order without repetitions', () => {
    expect(parseIntegers('16,1, 128,16')).toEqual([16, 1, 128]);
    expect(parseInteger('007')).toBe(7);
    expect(parseIntegers('1k,10k,1.5k,1e5,2M')).toEqual([1000, 10_000, 1500, 100_000, 2_000_000]);
  });

  test.each(['', '1,', ',1', '1,,2', '1.5', '-1', '+1', '0x10', '1.0001k', '1e400', 'one', '9999999999999999'])(
    '%j are refused',
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
  ])('%s is accepted', (text, cpus) => {
    expect(parseCpus(text)).toEqual(cpus);
  });

  test.each(['', '1-', '-1', '3-1', '0-999999999', 'a', '1,,2', '0-8192'])('%j is refused', (text) => {
    expect(() => parseCpus(text)).toThrow(RangeError);
  });
});

test('names are read in order without repetitions', () => {
  expect(parseNames('b, a,b')).toEqual(['b', 'a']);
  expect(() => parseNames('a,,b')).toThrow('empty place');
});

test('a refusal quotes the input and shows valid forms', () => {
  expect(() => parseDuration('5x')).toThrow("'5x' is not a duration, such as 500ms, 2s, 1m or 2 (seconds)");
  expect(() => parseSize('64k')).toThrow(
    "'64k' is not a size, such as 64, 64KiB or 1MiB: kB is 1000 and KiB 1024 bytes",
  );
});
