import { expect, test } from 'vitest';
import * as z from 'zod';
import { duration } from '../../../scripts/cli/amounts.ts';
import { text, texts, toggle } from '../../../scripts/cli/flag-types.ts';
import { environmentLayer, isConfigured, unknownVariables } from '../../../scripts/options/environment.ts';

const schema = z.strictObject({
  duration: duration().optional(),
  'out-dir': text().optional(),
  exec: texts(),
  quiet: toggle(),
  deflate: toggle(),
  hidden: text().optional().meta({ hidden: true }),
  'print-config': toggle(),
});

test('a variable sets the flag of its name, and an empty one sets nothing', () => {
  const { layer, faults } = environmentLayer(
    schema,
    {
      SOCKBENCH_DURATION: '5s',
      SOCKBENCH_OUT_DIR: 'build',
      SOCKBENCH_EXEC: '',
      SOCKBENCH_QUIET: 'yes',
      SOCKBENCH_DEFLATE: '0',
      SOCKBENCH_HIDDEN: 'x',
      SOCKBENCH_PRINT_CONFIG: '1',
      DURATION: '9s',
    },
    ['print-config'],
  );
  expect(faults).toEqual([]);
  expect(Object.fromEntries([...layer].map(([name, { value }]) => [name, value]))).toEqual({
    duration: '5s',
    'out-dir': 'build',
    quiet: true,
    deflate: false,
  });
  expect(layer.get('out-dir')?.origin).toMatchObject({ called: 'SOCKBENCH_OUT_DIR', isShared: true });
});

test('a flag without a value takes true or false', () => {
  expect(environmentLayer(schema, { SOCKBENCH_QUIET: 'maybe' }, []).faults).toEqual([
    "SOCKBENCH_QUIET: 'maybe' is neither true nor false",
  ]);
});

test('a variable that sets nothing is noted, unless tests of this project use it', () => {
  const environment = { SOCKBENCH_DURATON: '5s', SOCKBENCH_REQUIRE: 'cc', SOCKBENCH_XYZZY: '', SOCKBENCH_QUIET: '1' };
  expect(unknownVariables(environment, Object.keys(schema.shape))).toEqual([
    'ignored: SOCKBENCH_DURATON: there is no such variable; did you mean SOCKBENCH_DURATION?',
    'ignored: SOCKBENCH_XYZZY: there is no such variable',
  ]);
  expect(isConfigured({ SOCKBENCH_BUILT: 'yes', HOME: '/' })).toBe(false);
  expect(isConfigured(environment)).toBe(true);
});
