import { fileURLToPath } from 'node:url';
import type { CheckPlan } from '../../bench/check/plan.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { parseInteger } from '../../bench/model/units.ts';
import { type GatedMetric, gatedMetrics } from '../../bench/stats/gated-metrics.ts';
import { defaultLooks } from '../../bench/stats/looks.ts';
import { calibrate, holdCheck, type RealCheck, realPlan } from '../../bench/verify/real-servers.ts';
import { jsonDocument } from '../../reports/json-document.ts';
import { renderRealChecks } from '../../reports/renderers/real-checks.ts';
import { prepareReport, writeReport } from '../../reports/sink.ts';
import type { Command } from '../command.ts';
import type { OptionSet } from '../flags.ts';
import { untilInterrupted } from '../interrupt.ts';
import { orMisconfigured } from '../measure.ts';
import { mayColor, print, reportWidth, say } from '../output.ts';

const options = {
  same: { type: 'string', default: '20', describe: 'Checks of a server against itself' },
  'worse-by-20': { type: 'string', default: '10', describe: 'Checks against one that takes 20 % more CPU time' },
  'worse-by-10': { type: 'string', default: '10', describe: 'Checks against one that takes 10 % more' },
  connections: { alias: 'c', type: 'string', default: '20', describe: 'Connections' },
  seed: { type: 'string', default: '1', describe: 'Of the first check; each further one has the next' },
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
    const plan = planFor(flags.value('connections', parseInteger), flags.value('seed', parseInteger));
    const file = flags.text('json');
    flags.assertNoFaults();
    if (file !== undefined) orMisconfigured(() => prepareReport(file), '--json');
    const program = fileURLToPath(new URL('../sockbench.js', import.meta.url));
    const checks: RealCheck[] = [];
    await untilInterrupted(async (signal) => {
      for (const worseBy of shares) {
        const baseMicros = await calibrate(plan, program, signal);
        const seeded = { ...plan, seed: plan.seed + checks.length };
        const observer = { doing: () => undefined, saved: () => undefined };
        const held = await holdCheck(realPlan(seeded, program, baseMicros, worseBy), worseBy, observer, signal);
        checks.push(held);
        if (file !== undefined) writeReport(file, jsonDocument(checks));
        const { outcome, metrics, sessions, seconds } = held;
        say(
          `${checks.length}: ${Math.round(worseBy * 100)} % of ${baseMicros.toFixed(1)} µs more: ${outcome} ` +
            `${metrics.join(', ')} after ${sessions} sessions, ${Math.round(seconds)} s`,
        );
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

function planFor(connections: number, seed: number): Omit<CheckPlan, 'a' | 'b'> {
  const names = Object.keys(gatedMetrics) as GatedMetric[];
  return {
    point: {
      ...{ transport: 'tcp', app: 'echo', workload: 'request-response', connection: 'pooled', connections },
      ...{ pipelining: 1, sizes: fixedSize(64) },
    },
    gates: names.map((metric) => ({ metric, margins: gatedMetrics[metric] })),
    ...{ looks: defaultLooks, nullArm: false, confirm: false, budgetMs: null, seed, warmupMs: null, windowMs: 200 },
    ...{ timeoutMs: 2000, openTimeoutMs: 3000, threads: null, serverCpus: null, loadCpus: null },
  };
}
