import { expect, test } from 'vitest';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { parseInteger, parseIntegers } from '../../bench/model/units.ts';
import { Flags } from '../../scripts/cli/flags.ts';

const options = {
  size: { type: 'string', default: '64' },
  levels: { alias: 'c', type: 'string' },
  model: { type: 'string' },
  file: { type: 'string' },
  quiet: { type: 'boolean' },
} as const;

/** Returns flags as yargs passes them. */
function flags(argv: Record<string, unknown>): Flags<typeof options> {
  return new Flags({ _: ['bench'], $0: 'sockbench', ...argv }, options);
}

function faults(given: Flags<typeof options>): readonly string[] {
  try {
    given.assertNoFaults();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

test('a missing flag has its default value, or undefined', () => {
  const given = flags({});
  expect(given.value('size', parseInteger)).toBe(64);
  expect(given.text('model')).toBeUndefined();
  expect(given.has('quiet')).toBe(false);
  expect(faults(given)).toEqual([]);
});

test('a repeated list is joined, and a repeated single value is a fault', () => {
  const given = flags({ levels: ['1,2', '3'], size: ['1', '2'], file: ['a', 'b'] });
  expect(given.value('levels', parseIntegers)).toEqual([1, 2, 3]);
  expect(given.value('size', parseInteger)).toBe(64);
  expect(given.text('file')).toBeUndefined();
  expect(faults(given)).toEqual(["--size: '1,2' is not a whole number", '--file is given 2 times']);
});

test('every fault is reported: unknown flags, stray arguments, missing and wrong values', () => {
  const given = flags({ _: ['bench', 'stray'], sise: '1', z: true, size: 'x', levels: '' });
  expect(given.value('size', parseInteger)).toBe(64);
  expect(given.value('levels', parseIntegers)).toBeUndefined();
  expect(faults(given)).toEqual([
    "unexpected argument 'stray'",
    'unknown flag --sise; did you mean --size?',
    'unknown flag -z',
    "--size: 'x' is not a whole number",
    '--levels needs a value',
  ]);
});

test('unknown choices are refused, each with a suggestion', () => {
  const given = flags({ model: 'async,evnt-driven,zzz' });
  expect(given.choices('model', 'model', ['async', 'event-driven'])).toEqual(['async']);
  expect(faults(given)).toEqual([
    "unknown model 'evnt-driven'; did you mean 'event-driven'?",
    "unknown model 'zzz'; there are async, event-driven",
  ]);
});

test('two choices are refused where one is expected', () => {
  const given = flags({ model: 'async,event-driven' });
  given.choice('model', 'model', ['async', 'event-driven']);
  expect(faults(given)).toEqual(['--model takes one model, not async and event-driven']);
});

test('a fault in the code is not reported as a fault of the user', () => {
  const given = flags({ size: '1' });
  const broken = () => {
    throw new TypeError('ours');
  };
  expect(() => given.value('size', (text) => (text === '64' ? 64 : broken()))).toThrow(TypeError);
});
