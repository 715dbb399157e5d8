import { fileURLToPath } from 'node:url';
import { EXIT } from '../../bench/model/exit-code.ts';
import { parseInteger } from '../../bench/model/units.ts';
import { holdCheck, planFor, type RealCheck } from '../../bench/verify/real-servers.ts';
import { jsonDocument } from '../../reports/json-document.ts';
import { renderRealChecks } from '../../reports/renderers/real-checks.ts';
import { prepareReport, writeReport } from '../../reports/sink.ts';
import { seedOf } from '../../servers/random.ts';
import type { Command } from '../command.ts';
import type { OptionSet } from '../flags.ts';
import { untilInterrupted } from '../interrupt.ts';
import { parseSeed } from '../load-flags.ts';
import { orMisconfigured } from '../measure.ts';
import { mayColor, print, reportWidth, say } from '../output.ts';

const options = {
  same: { type: 'string', default: '20', describe: 'Checks of a server against itself' },
  'worse-by-20': { type: 'string', default: '10', describe: 'Checks against one that takes 20 % more CPU time' },
  'worse-by-10': { type: 'string', default: '10', describe: 'Checks against one that takes 10 % more' },
  connections: { alias: 'c', type: 'string', default: '20', describe: 'Connections' },
  seed: { type: 'string', default: '1', describe: 'From which the seed of each check is derived' },
  json: { type: 'string', describe: 'Also writes what came of each check to this file' },
} as const satisfies OptionSet;

/** Holds regression checks of real servers that are the same, or slower by a known share of CPU time. Takes hours. */
export const verifyReal: Command<typeof options> = {
  name: '$0',
  describe: 'Holds checks of real servers that are the same, or slower by a known share of CPU time. Takes hours.',
  options,
  examples: [['--same 2 --worse-by-20 2 --worse-by-10 0', 'A few of them, in ten minutes']],
  async run(flags) {
    const shares = spread([
      [0, flags.value('same', parseInteger)],
      [0.2, flags.value('worse-by-20', parseInteger)],
      [0.1, flags.value('worse-by-10', parseInteger)],
    ]);
    const plan = planFor(flags.value('connections', parseInteger), flags.value('seed', parseSeed));
    const file = flags.text('json');
    flags.assertNoFaults();
    if (file !== undefined) orMisconfigured(() => prepareReport(file), '--json');
    const program = fileURLToPath(new URL('../sockbench.js', import.meta.url));
    const checks: RealCheck[] = [];
    await untilInterrupted(async (signal) => {
      for (const worseBy of shares) {
        const seed = seedOf('check seeds', { seed: plan.seed, ordinal: checks.length });
        const held = await holdCheck({ ...plan, seed }, program, worseBy, signal);
        checks.push(held);
        if (file !== undefined) writeReport(file, jsonDocument(checks));
        const more = `${Math.round(worseBy * 100)} % of ${held.baseMicros?.toFixed(1) ?? '?'} µs more`;
        const took = `${held.sessions} sessions, ${Math.round(held.seconds)} s`;
        say(`${checks.length}: ${more}, ${took}: ${held.statement}`);
      }
    }).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    });
    print(renderRealChecks(checks, { color: mayColor(process.stdout, false), width: reportWidth() }));
    return EXIT.ok;
  },
};

/** Each share as often as told, evenly spread, so that a slow hour of the machine is not one kind's alone. */
function spread(counts: readonly (readonly [share: number, count: number])[]): number[] {
  return counts
    .flatMap(([share, count]) => Array.from({ length: count }, (_, i) => ({ share, at: (i + 0.5) / count })))
    .sort((one, other) => one.at - other.at)
    .map(({ share }) => share);
}
