import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { parseInteger } from '../../../bench/model/units.ts';
import { duration, integers, rate } from '../../../scripts/cli/amounts.ts';
import { oneOf, parsed, someOf, text, texts, toggle } from '../../../scripts/cli/flag-types.ts';
import { flagsOf } from '../../../scripts/cli/flags.ts';
import { mapForm } from '../../../scripts/cli/option-form.ts';
import { pathText } from '../../../scripts/options/option-fault.ts';
import type { OptionsOf } from '../../../scripts/options/options.ts';
import { layerOf, optionNames, optionsToFlags } from '../../../scripts/options/options-to-flags.ts';

const models = ['async', 'epoll'] as const;
const schema = z.strictObject({
  models: someOf('model', models).optional(),
  exec: texts(),
  name: texts(),
  connections: integers().prefault('50'),
  duration: duration().prefault('10s'),
  'open-timeout': duration().optional(),
  rate: rate().optional(),
  resp: oneOf('version of RESP', ['2', '3']).prefault('2'),
  size: parsed(parseInteger).optional(),
  header: texts(mapForm((name, value) => `${name}: ${value}`)),
  'out-dir': text().optional(),
  arrivals: text().optional().meta({ hidden: true }),
  'no-color': toggle(),
});
type Options = OptionsOf<typeof schema>;

/** The same command with --target, and one model in place of several. */
const single = z.strictObject({
  model: someOf('model', models).default([]),
  target: texts(),
  exec: texts(),
  name: texts(),
});

/** Returns the flags that options stand for, and the faults. */
function converted(of: z.ZodObject<Record<string, z.ZodType>, z.core.$strict>, options: unknown) {
  const { given, faults } = optionsToFlags(of, options);
  return {
    given: Object.fromEntries([...given].map(([flag, { value }]) => [flag, value])),
    faults: faults.map(({ path, message }) => `${pathText(path)}: ${message}`),
  };
}

test('options become what the flags of the same names take', () => {
  const options: Options = {
    models: ['epoll', 'async'],
    connections: [1, 64],
    duration: 1.5,
    openTimeout: '500ms',
    rate: '10k',
    resp: 3,
    header: { Accept: 'text/html', 'X-Count': 2 },
    outDir: 'results',
    noColor: true,
  };
  const { given, faults } = converted(schema, options);
  expect(faults).toEqual([]);
  expect(given).toEqual({
    models: ['epoll', 'async'],
    connections: ['1', '64'],
    duration: '1.5',
    'open-timeout': '500ms',
    rate: '10k',
    resp: '3',
    header: ['Accept: text/html', 'X-Count: 2'],
    'out-dir': 'results',
    'no-color': true,
  });
});

test('the schema of the flags reads them, and a fault names the option', () => {
  const options = { connections: [1, 64], duration: 'soon', models: 'epol', noColor: true };
  const layer = layerOf(optionsToFlags(schema, options), (path) => ({ called: pathText(path), source: 'options' }));
  const flags = flagsOf(schema, layer);
  expect(flags.values).toMatchObject({ connections: [1, 64], 'no-color': true });
  expect(flags.isGiven('connections')).toBe(true);
  expect(flags.isGiven('size')).toBe(false);
  flags.refuse('--connections: too many', 'connections: 64 is odd', '--size: unknown', 'no target');
  expect(() => flags.assertNoFaults()).toThrow(
    expect.objectContaining({
      faults: [
        "models: unknown model 'epol'; did you mean 'epoll'?",
        "duration: 'soon' is not a duration, such as 500ms, 2s, 1m or 2 (seconds)",
        'connections: too many',
        'connections: 64 is odd',
        '--size: unknown',
        'no target',
      ],
    }),
  );
});

test('every fault is reported with its path: unknown names, and values of the wrong type', () => {
  const options = {
    conections: 5,
    'out-dir': 'x',
    duration: ['5s'],
    connections: [1, true],
    exec: [],
    noColor: 'yes',
    rate: null,
    header: { a: {} },
  };
  expect(converted(schema, options).faults).toEqual([
    'conections: unknown option; did you mean connections?',
    'out-dir: unknown option; did you mean outDir?',
    'duration: must be a text or a number',
    'connections: must be a text, a number, or a list of them',
    'exec: is empty: leave it out',
    'noColor: must be true or false',
    'rate: must be a text or a number',
    'header: must be a text, a list of texts, or an object of texts',
  ]);
  expect(optionsToFlags(schema, [1], ['bench']).faults).toEqual([
    { path: ['bench'], message: 'must be an object of options' },
  ]);
});

test('a name of the language is no option', () => {
  const options = JSON.parse('{ "constructor": 1, "__proto__": { "exec": "x" } }');
  expect(converted(schema, options)).toEqual({
    given: {},
    faults: ['constructor: unknown option', '__proto__: unknown option'],
  });
});

describe('a target', () => {
  test.each<[string, unknown, Record<string, readonly string[]>]>([
    ['is a model', { model: 'epoll' }, { model: ['epoll'] }],
    ['is a command', { exec: 'serve {port}' }, { exec: ['serve {port}'] }],
    ['is a URL', 'tcp://127.0.0.1:7000', { target: ['tcp://127.0.0.1:7000'] }],
    ['is an object with a URL', { url: 'udp://[::1]:7' }, { target: ['udp://[::1]:7'] }],
    [
      'is one of several, and commands without a name keep theirs',
      [{ exec: 'bin/a {port}' }, { model: 'async' }, { exec: 'b {port}', name: 'mine' }, { exec: 'c {port}' }],
      { exec: ['bin/a {port}', 'b {port}', 'c {port}'], name: ['a', 'mine'], model: ['async'] },
    ],
  ])('%s', (_, target, given) => {
    expect(converted(single, { target })).toEqual({ given, faults: [] });
  });

  test('is added to the flags that name servers, too', () => {
    const { given } = converted(schema, { models: 'async', target: { model: 'epoll' } });
    expect(given).toEqual({ models: ['async', 'epoll'] });
  });

  test.each<[unknown, string]>([
    [7000, 'target: must be { model:'],
    [{}, 'target: must be { model:'],
    [{ model: 'epoll', exec: 'x {port}' }, 'target: must be { model:'],
    [[{ model: 'epoll' }, { modle: 'epoll' }], 'target[1]: must be { model:'],
    [{ exec: 'x {port}', nmae: 'x' }, 'target.nmae: unknown key; did you mean name?'],
    [{ model: 'epoll', name: 'x' }, 'target.name: only a command has a name'],
    [{ exec: 5 }, 'target.exec: must be a text'],
    [[], 'target: is empty: leave it out'],
  ])('like %j is refused', (target, fault) => {
    expect(converted(single, { target }).faults).toEqual([expect.stringContaining(fault)]);
  });

  test('that runs already is refused by a command that compares', () => {
    const options = { target: { url: 'tcp://127.0.0.1:7000' } };
    expect(converted(schema, options).faults).toEqual(['target.url: a running server is measured by run or capacity']);
  });
});

test('hidden flags are not offered', () => {
  expect(optionNames(schema)).toContain('target');
  expect(optionNames(schema)).not.toContain('arrivals');
});

test('options have types', () => {
  expectTypeOf<Options['models']>().toEqualTypeOf<'async' | 'epoll' | readonly ('async' | 'epoll')[] | undefined>();
  expectTypeOf<Options['noColor']>().toEqualTypeOf<boolean | undefined>();
  expectTypeOf<Options['outDir']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Options['resp']>().toEqualTypeOf<'2' | '3' | 2 | 3 | undefined>();
  // @ts-expect-error: an unknown unit
  const wrongUnit: Options = { duration: '5 parsecs' };
  // @ts-expect-error: bench starts what it measures
  const running: Options = { target: { url: 'tcp://127.0.0.1:7000' } };
  expect([wrongUnit, running]).toHaveLength(2);
});
