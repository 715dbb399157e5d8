import * as z from 'zod';
import type { Measured } from '../../../bench/lab/limit/figure.ts';
import { limitRows } from '../../../bench/lab/limit/limit-rows.ts';
import { hasCompiler } from '../../../bench/lab/limit/reference.ts';
import type { LimitRow } from '../../../bench/lab/limit/row.ts';
import { type LimitPlan, measureRows } from '../../../bench/lab/limit/session.ts';
import { isMissed } from '../../../bench/lab/limit/verdict.ts';
import { describeEnvironment } from '../../../bench/measure/environment.ts';
import { EXIT } from '../../../bench/model/exit-code.ts';
import { parseInteger } from '../../../bench/model/units.ts';
import { prepareReport, writeReport } from '../../../reports/files/sink.ts';
import { renderLimit } from '../../../reports/renderers/limit.ts';
import { formatFigure } from '../../../reports/tables/limit.ts';
import { jsonDocument } from '../../../reports/text/json-document.ts';
import { whyNoLibc } from '../../../sockets/libc.ts';
import type { Command } from '../../cli/command.ts';
import { ending } from '../../cli/faults.ts';
import { parsed, someOf, text, toggle } from '../../cli/flag-types.ts';
import { untilInterrupted } from '../../cli/interrupt.ts';
import { log, mayColor, print, reportWidth } from '../../cli/output.ts';
import { chosenSeed, parseSeed } from '../../cli/seed.ts';
import { orMisconfigured } from '../../session/or-misconfigured.ts';

const names = limitRows.map(({ name }) => name);

const schema = z.strictObject({
  rows: someOf('row', names)
    .optional()
    .meta({ description: `Rows to measure: some of ${names.join(', ')} [default: all]` }),
  pairs: parsed(parsePairs, { once: true })
    .prefault('11')
    .meta({ description: 'Rounds of each row: in each, every contestant runs once' }),
  seconds: parsed(parseSeconds, { once: true })
    .prefault('0.7')
    .meta({ description: 'How long each contestant is measured in each round' }),
  seed: parsed(parseSeed, { once: true })
    .optional()
    .meta({ description: 'Seed of the order of the contestants [default: random]' }),
  json: text().optional().meta({ description: 'Also write the figures to this file' }),
  strict: toggle().meta({ description: 'Exit code 1 when a row misses its bounds' }),
});

/** Compares the load generator with reference programs in C and with installed tools; see docs/limits.md. */
export const limit: Command<typeof schema> = {
  name: '$0',
  describe: 'Compares the load generator with programs in C and with other tools, and reports which bounds it meets.',
  schema,
  examples: [
    ['--rows tcp50,udp', 'Two rows'],
    ['--pairs 21 --json limits.json --strict', 'All rows, also as JSON for programs'],
  ],
  async run(flags) {
    const { rows, pairs, seconds, seed, strict, json: file } = flags.values;
    flags.assertNoFaults();
    const reason =
      whyNoLibc() ?? (hasCompiler() ? undefined : 'no C compiler (cc) here; Debian has one in package gcc');
    if (reason !== undefined) {
      log(`skipped: ${reason}`);
      return EXIT.ok;
    }
    if (file !== undefined) orMisconfigured(() => prepareReport(file), '--json');
    const chosen = limitRows.filter(({ name }) => rows?.includes(name) ?? true);
    return await measure({ rows: chosen, rounds: pairs, seconds, seed: seed ?? chosenSeed() }, file, strict);
  },
};

async function measure(plan: LimitPlan, file: string | undefined, strict: boolean): Promise<number> {
  const failures: unknown[] = [];
  const observer = {
    measured: (row: LimitRow, round: number, figures: Measured) =>
      log(`${row.name}, ${round} of ${plan.rounds}: ${describe(row, figures)}`),
    failed: (row: LimitRow, error: unknown) => {
      failures.push(error);
      for (const line of ending(error).lines) log(`${row.name}: ${line}`);
    },
  };
  return await untilInterrupted(async (signal) => {
    const { verdicts, ...cpus } = await measureRows(plan, observer, signal);
    const environment = describeEnvironment();
    const { rounds, seconds, seed } = plan;
    if (file !== undefined) {
      orMisconfigured(
        () => writeReport(file, jsonDocument({ environment, rounds, seconds, seed, ...cpus, verdicts })),
        '--json',
      );
    }
    const heading =
      `${environment.cpuModel}, ${environment.kernel}, Node ${environment.node}; server on CPU ${cpus.serverCpu}, ` +
      `load on CPU ${cpus.loadCpu}; ${seconds} s each, seed ${seed}`;
    print(renderLimit(heading, verdicts, { color: mayColor(process.stdout, false), width: reportWidth() }));
    if (signal.aborted) return EXIT.interrupted;
    const [failure] = failures;
    if (failure !== undefined) return ending(failure).exitCode;
    return strict && verdicts.some(isMissed) ? EXIT.regressed : EXIT.ok;
  });
}

function describe({ figures }: LimitRow, measured: Measured): string {
  return Object.entries(figures)
    .filter(([name]) => measured[name] !== undefined)
    .map(([name, { title, unit }]) => `${title} ${formatFigure(unit, measured[name] ?? Number.NaN)}`)
    .join('; ');
}

function parsePairs(text: string): number {
  const pairs = parseInteger(text);
  if (pairs < 1 || pairs > 1000) throw new RangeError(`${pairs} is not a whole number from 1 to 1000`);
  return pairs;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 60) return seconds;
  throw new RangeError(`'${text}' is not a number of seconds from 0.1 to 60`);
}
