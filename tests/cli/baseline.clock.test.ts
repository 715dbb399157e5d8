import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { getAffinity } from '../../sockets/os/cpu.ts';
import { stored } from '../bench/check/baselines.ts';
import { checked, STOLEN } from './disturbed.ts';
import { scratchDirectory, sockbench } from './program.ts';
import { checkAgainst, recordedRuns, saved } from './recorded-plan.ts';

const check = (file: string, ...args: readonly string[]) => sockbench(...checkAgainst(file), ...args);

test('an unfinished run leaves the recorded runs unchanged', async () => {
  const directory = scratchDirectory();
  const { code, stdout } = await check(join(directory, 'runs.json'), '--record', '--budget', '1ms');
  expect(code).toBe(3);
  expect(stdout).toContain('INCONCLUSIVE: the time budget ended');
  expect(readdirSync(directory)).toEqual([]);
});

test.skipIf(!getAffinity(0).includes(0))(
  'a server that costs far more than in its recorded runs has regressed',
  { timeout: 900_000 },
  async ({ skip }) => {
    const recorded = saved(JSON.stringify(stored(recordedRuns)));
    const { code, result, disturbed } = checked(await check(recorded, '--json', '-'));
    skip(disturbed, STOLEN);
    expect(result.verdict).toMatchObject({ outcome: 'regressed', metrics: ['throughput', 'cpu'] });
    expect(code).toBe(1);
    expect(result.plan.a).toBe('event-driven');
    expect(result.sessions.filter(({ excluded }) => excluded === null)).toHaveLength(10);
  },
);
