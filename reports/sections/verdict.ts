import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { scenarioWords } from '../../bench/run/verdict.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { failedOpinions } from '../tables/details/second-opinion.ts';
import { thresholdTable } from '../tables/details/thresholds.ts';
import { failureReports } from '../text/failures.ts';
import { formatByteRate, formatCount, formatMicros, formatPlural } from '../text/quantities.ts';
import { interruption } from '../text/run-heading.ts';
import { listBlock, paragraphBlock, section, tableBlock } from './blocks.ts';
import { codesOf, isDoubtful } from './rounds.ts';
import type { MeasuredScenario } from './scenarios.ts';

/** Returns what a result shows in one sentence, what to know before believing it, and how to measure it again. */
export function verdictSection(
  result: Result,
  scenarios: readonly MeasuredScenario[],
  reproduction: readonly Block[],
): Section[] {
  const [first, ...others] = statementsOf(result, scenarios);
  const thresholds = thresholdTable(result.thresholds ?? []);
  return section('verdict', 'Verdict', [
    ...paragraphBlock(first ?? 'Nothing was measured.', 'lead'),
    ...listBlock(byScenario(result, others)),
    ...[...interruption(result), ...crossed(result)].flatMap((text) => paragraphBlock(text, 'warning')),
    ...listBlock(caveats(result)),
    ...(thresholds === null ? [] : tableBlock(thresholds)),
    ...failures(result),
    ...reproduction,
  ]);
}

/** Returns the conclusions of a result or, of a run that compares nothing, what it measured. */
function statementsOf({ verdict, plan }: Result, scenarios: readonly MeasuredScenario[]): string[] {
  if (verdict.statements.length > 0) return verdict.statements;
  if (plan.capacity !== undefined) return [];
  return scenarios.flatMap((scenario) => scenario.rows.map((row) => measuredSentence(scenario, row)));
}

/** Joins the statements about each scenario to one, in which its name stands once: `TCP: async was fastest …; …`. */
function byScenario({ comparison }: Result, statements: readonly string[]): string[] {
  const starts = Object.values(comparison).map((each) => `${scenarioWords(each)}: `);
  const joined = new Map<string, string>();
  for (const statement of statements) {
    const start = starts.find((each) => statement.startsWith(each));
    const before = start === undefined ? undefined : joined.get(start);
    const more = statement.slice(start?.length ?? 0);
    joined.set(start ?? statement, before === undefined ? statement : `${before.replace(/\.$/, '')}; ${more}`);
  }
  return [...joined.values()];
}

/** Returns what was measured of one target: `async answered 98.4k requests/s with 50 connections: half of them …`. */
function measuredSentence(
  { speed, name }: MeasuredScenario,
  { target, connections, values, trials }: Aggregate,
): string {
  const { rate, bytes, errors } = values;
  const { 'response.p50': p50, 'response.p99': p99 } = values;
  const did =
    speed === 'bytes' ? `carried ${formatByteRate(bytes ?? 0)}` : `answered ${formatCount(rate ?? 0)} requests/s`;
  const answered = trials.some(({ latencyMicros }) => latencyMicros.response.count > 0);
  const within =
    answered && p50 !== null && p99 !== null
      ? `, half of them within ${formatMicros(p50)} and 99 % within ${formatMicros(p99)}`
      : '';
  const over = name === '' ? '' : `${name}: `;
  const rounds = trials.length > 1 ? ` (medians of ${trials.length} rounds)` : '';
  const failed = (errors ?? 0) > 0 ? `; ${formatPlural(errors ?? 0, 'request')} failed` : '';
  return `${over}${target} ${did} with ${formatPlural(connections, 'connection')}${within}${rounds}${failed}.`;
}

function crossed({ thresholds = [] }: Result): string[] {
  const missed = thresholds.filter(({ kept }) => !kept);
  if (missed.length === 0) return [];
  const texts = [...new Set(missed.map(({ text }) => text))];
  return [`Not kept: ${texts.join(', ')} (in ${missed.length} of ${thresholds.length} judgements).`];
}

function caveats({ trials, warnings }: Result): string[] {
  const doubtful = trials.filter(isDoubtful);
  const invalid = trials.filter(({ validity }) => validity.verdict === 'invalid').length;
  return [
    ...(doubtful.length === 0
      ? []
      : [
          `${formatPlural(doubtful.length, 'trial')} of ${trials.length} ${doubtful.length === 1 ? 'is' : 'are'} ` +
            `doubtful${invalid > 0 ? `, ${invalid} of them invalid` : ''}: ${reasonWords(doubtful)}. ` +
            'Hollow in charts; the reasons are under the health of the generator.',
        ]),
    ...warnings.map(({ message }) => message),
  ];
}

/** Most reasons that a caveat names. */
const MAX_REASONS = 2;

/** What frequent reasons mean, in a few words; others are named by their code. */
const REASON_WORDS: Readonly<Record<string, string>> = {
  'generator-lag': 'the generator itself was late',
  'generator-saturated': 'the generator was at its limit',
  'littles-law': 'some time is not accounted for',
  'listen-overflow': 'connections overflowed the listen queue',
  retransmits: 'segments were sent again',
  steal: 'the hypervisor took CPU time',
  'rate-missed': 'the rate was not reached',
};

/** Returns the most frequent reasons with their trials: `the generator itself was late (110), …`. */
function reasonWords(trials: readonly Trial[]): string {
  const counts = new Map<string, number>();
  for (const code of trials.flatMap((trial) => [...new Set(codesOf(trial))])) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const named = sorted
    .slice(0, MAX_REASONS)
    .map(([code, count]) => `${REASON_WORDS[code] ?? code}${trials.length > 1 ? ` (${count})` : ''}`);
  return [...named, ...(sorted.length > MAX_REASONS ? [`and ${sorted.length - MAX_REASONS} more`] : [])].join(', ');
}

/** Returns the trials that could not be measured, and the second load generators that failed. */
function failures({ failures, trials }: Result): Block[] {
  const reports = [...failureReports(failures), ...failedOpinions(trials)];
  return [
    ...(reports.length === 0 ? [] : paragraphBlock('These could not be measured:', 'bad')),
    ...listBlock(
      reports.map(({ where, message, stderr }) =>
        [`${where}: ${message}`, ...stderr.map((line) => `| ${line}`)].join('\n'),
      ),
    ),
  ];
}
