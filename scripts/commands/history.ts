import * as z from 'zod';
import { EXIT } from '../../bench/model/exit-code.ts';
import { metricNamed } from '../../bench/model/metrics.ts';
import { unknown } from '../../bench/model/nearest.ts';
import { parseInteger, parseIntegers, parseNames } from '../../bench/model/units.ts';
import type { History } from '../../reports/history/history.ts';
import { CAPACITY, historyMetrics, type Selection, usualMetrics } from '../../reports/history/reading.ts';
import { type HistoryFormat, historyFormats, historyRenderer } from '../../reports/renderers/history-formats.ts';
import { appNames } from '../../servers/apps/app-catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import type { Command } from '../cli/command.ts';
import { oneOf, parsed, someOf, texts, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { mayColor, mustDrawAscii, print, reportWidth } from '../cli/output.ts';
import { parseReportsOf, plotFlags, type Report } from '../flags/output.ts';
import { orMisconfigured } from '../session/or-misconfigured.ts';

const SELECTED = 'What to show:';
const OUTPUT = 'Output:';

const schema = z.strictObject({
  target: texts().meta({ group: SELECTED, description: 'Only this target; may be repeated [default: all]' }),
  metric: parsed(parseMetrics)
    .optional()
    .meta({ group: SELECTED, description: `Metrics, as for --threshold, and ${CAPACITY} [default: ${usual()}]` }),
  app: someOf('app', appNames).optional().meta({ group: SELECTED, description: 'Only these apps [default: all]' }),
  transport: someOf('transport', transportNames)
    .optional()
    .meta({ group: SELECTED, description: `Only some of ${transportNames.join(', ')} [default: all]` }),
  connections: parsed(parseIntegers)
    .optional()
    .meta({ group: SELECTED, alias: 'c', description: 'Only these numbers of connections [default: all]' }),
  since: parsed(parseDate, { once: true })
    .optional()
    .meta({ group: SELECTED, description: 'Only runs from this date on: 2026-11-01, 2026-11-01T12:00Z' }),
  last: parsed(parsePositive, { once: true })
    .optional()
    .meta({ group: SELECTED, description: 'Only the last N runs [default: all]' }),
  format: oneOf('format', historyFormats)
    .prefault('terminal')
    .meta({ group: OUTPUT, description: `One of ${historyFormats.join(', ')}` }),
  out: parsed(parseDocuments)
    .default([])
    .meta({ group: OUTPUT, description: `Additional reports, FORMAT=FILE: ${historyFormats.join(', ')}` }),
  'fail-on-regression': toggle().meta({
    group: OUTPUT,
    description: 'Exit with 1 if a last change is to the worse and among the last runs, with 3 if runs are too few',
  }),
  recent: parsed(parsePositive, { once: true })
    .prefault('10')
    .meta({ group: OUTPUT, description: 'Number of last runs for --fail-on-regression' }),
  ...plotFlags,
});

/** `sockbench history`: what changed over the saved runs of a folder. */
export const history: Command<typeof schema> = {
  name: 'history',
  describe: 'Show what changed over the saved runs of a folder',
  schema,
  positional: { name: 'directory', describe: 'The folder of results, as given to --out-dir', default: 'results' },
  examples: [
    ['history', 'all runs in results/'],
    ['history --target async --metric p99,memory -c 64', 'two metrics of one target'],
    ['history ci-results --last 50 --fail-on-regression', 'for a nightly job: exit code 1 after a change to the worse'],
  ],
  async run(flags, directory = '') {
    const { format, out, recent, 'fail-on-regression': mayFail, ascii, 'no-color': noColor } = flags.values;
    if (flags.isGiven('recent') && !mayFail) flags.refuse('--recent needs --fail-on-regression');
    flags.assertNoFaults();
    const { prepareReport, writeReport } = await import('../../reports/files/sink.ts');
    for (const { file, flag } of written(out)) orMisconfigured(() => prepareReport(file), flag);
    const { history, skipped } = await historyIn(directory, flags);
    const draw = async (as: HistoryFormat, color: boolean, width: number) =>
      (await historyRenderer(as))(history, skipped, { color, width, ascii: mustDrawAscii(ascii) });
    if (!out.some(({ file }) => file === '-')) {
      print(await draw(format, mayColor(process.stdout, noColor), reportWidth()));
    }
    for (const { format: as, file, flag } of out) {
      const document = await draw(as, false, 100);
      if (file === '-') print(document);
      else orMisconfigured(() => writeReport(file, document), flag);
    }
    return mayFail ? exitCodeOf(history, recent) : EXIT.ok;
  },
};

type HistoryFlags = Flags<z.output<typeof schema>>;

/**
 * Reads the runs and finds what changed.
 * @throws {ConfigurationError} when nothing is selected.
 */
async function historyIn(directory: string, flags: HistoryFlags) {
  const { target, metric = usualMetrics, app, transport, connections, since, last } = flags.values;
  const [{ readRuns }, { selectedRuns, targetsOf }, { historyOf }] = await Promise.all([
    import('../../reports/history/folder.ts'),
    import('../../reports/history/history-run.ts'),
    import('../../reports/history/history.ts'),
  ]);
  const { runs, skipped } = readRuns(directory, new Set(metric));
  const known = targetsOf(runs);
  flags.refuse(
    ...target.filter((name) => !known.includes(name)).map((name) => `--target: ${unknown('target', name, known)}`),
  );
  flags.assertNoFaults();
  const targets = target.length === 0 ? undefined : target;
  const selection: Selection = { targets, apps: app, transports: transport, connections };
  return { history: historyOf(selectedRuns(runs, selection, { since, last })), skipped };
}

async function exitCodeOf(history: History, recent: number): Promise<number> {
  const { isUndecided, recentRegressions } = await import('../../reports/history/history.ts');
  if (recentRegressions(history, recent).length > 0) return EXIT.regressed;
  return isUndecided(history) ? EXIT.inconclusive : EXIT.ok;
}

function written(reports: readonly Report<HistoryFormat>[]): Report<HistoryFormat>[] {
  return reports.filter(({ file }) => file !== '-');
}

function parseDocuments(text: string): Report<HistoryFormat>[] {
  return parseReportsOf(text, historyFormats);
}

/** @throws {RangeError} for a name that is no metric. */
function parseMetrics(text: string): string[] {
  return parseNames(text).map((name) => {
    const metric = name === CAPACITY ? CAPACITY : metricNamed(name);
    if (metric === undefined) throw new RangeError(unknown('metric', name, historyMetrics));
    return metric;
  });
}

/** Returns milliseconds since 1970. @throws {RangeError} when it is no date. */
function parseDate(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (Number.isNaN(time))
    throw new RangeError(`'${text}' is not a date, such as 2026-11-01 or 2026-11-01T12:00Z (UTC)`);
  return time;
}

/** @throws {RangeError} when it is not a whole number, 1 or more. */
function parsePositive(text: string): number {
  const number = parseInteger(text);
  if (number < 1) throw new RangeError(`'${text}' is less than 1`);
  return number;
}

function usual(): string {
  return usualMetrics.map((name) => name.replace('response.', '')).join(', ');
}
