import { expect, test } from 'vitest';
import * as z from 'zod';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { parseInteger, parseIntegers } from '../../bench/model/units.ts';
import { oneOf, parsed, someOf, text, texts, toggle } from '../../scripts/cli/flag-types.ts';
import { type Flags, readFlags } from '../../scripts/cli/flags.ts';
import { yargsOptions } from '../../scripts/cli/help.ts';

const models = ['async', 'event-driven'] as const;
const schema = z.strictObject({
  size: parsed(parseInteger).prefault('64').meta({ description: 'Bytes', group: 'Load:' }),
  levels: parsed(parseIntegers).optional().meta({ alias: 'c' }),
  model: oneOf('model', models).optional(),
  models: someOf('model', models).optional(),
  file: text().optional(),
  exec: texts(),
  quiet: toggle().meta({ hidden: true }),
});

/** Returns flags from arguments as yargs passes them. */
function flags(argv: Record<string, unknown>): Flags<z.output<typeof schema>> {
  return readFlags(schema, { _: ['bench'], $0: 'sockbench', ...argv });
}

function faults(given: Flags<z.output<typeof schema>>): readonly string[] {
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
  expect(given.values).toEqual({ size: 64, exec: [], quiet: false });
  expect(given.values.model).toBeUndefined();
  expect(given.isGiven('size')).toBe(false);
  expect(faults(given)).toEqual([]);
});

test('a flag that is given has its value, by its long name', () => {
  const given = flags({ size: '64', c: '1,2', levels: '1,2', quiet: [true, true], exec: ['a,b', 'c'] });
  expect(given.values).toEqual({ size: 64, levels: [1, 2], quiet: true, exec: ['a,b', 'c'] });
  expect(given.isGiven('size')).toBe(true);
  expect(faults(given)).toEqual([]);
});

test('a repeated list is joined, and a repeated single value is a fault', () => {
  const given = flags({ levels: ['1,2', '3'], size: ['1', '2'], file: ['a', 'b'] });
  expect(given.values).toMatchObject({ levels: [1, 2, 3], size: 64 });
  expect(given.values.file).toBeUndefined();
  expect(faults(given)).toEqual(["--size: '1,2' is not a whole number", '--file is given 2 times']);
});

test('every fault is reported: unknown flags, stray arguments, missing and wrong values', () => {
  const given = flags({ _: ['bench', 'stray'], sise: '1', z: true, size: 'x', levels: '', exec: ['a', ''] });
  expect(given.values).toEqual({ size: 64, exec: [], quiet: false });
  expect(faults(given)).toEqual([
    "unexpected argument 'stray'",
    'unknown flag --sise; did you mean --size?',
    'unknown flag -z',
    "--size: 'x' is not a whole number",
    '--levels needs a value',
    '--exec needs a value',
  ]);
});

test('unknown names are refused, each with a suggestion, and the others are kept', () => {
  const given = flags({ models: 'async,evnt-driven,zzz' });
  expect(given.values.models).toEqual(['async']);
  expect(faults(given)).toEqual([
    "unknown model 'evnt-driven'; did you mean 'event-driven'?",
    "unknown model 'zzz'; there are async, event-driven",
  ]);
});

test('two names are refused where one is expected', () => {
  const given = flags({ model: 'async,event-driven' });
  expect(given.values.model).toBe('async');
  expect(faults(given)).toEqual(['--model takes one model, not async and event-driven']);
});

test('faults that are recorded later are reported with those of the schema', () => {
  const given = flags({ size: 'x' });
  given.refuse('--levels: too many');
  expect(faults(given)).toEqual(["--size: 'x' is not a whole number", '--levels: too many']);
});

test('the help shows descriptions, aliases, groups and defaults as a user would write them', () => {
  expect(yargsOptions(schema.shape)).toMatchObject({
    size: { type: 'string', describe: 'Bytes', group: 'Load:', defaultDescription: '64' },
    levels: { type: 'string', alias: 'c' },
    quiet: { type: 'boolean', hidden: true },
  });
});

test('a fault in the code is not reported as a fault of the user', () => {
  const broken = z.strictObject({
    size: parsed((): number => {
      throw new TypeError('ours');
    }),
  });
  expect(() => readFlags(broken, { _: [], size: '1' })).toThrow(TypeError);
});
