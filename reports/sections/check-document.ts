import type { CheckResult } from '../../bench/model/check-result.ts';
import type { Block, ReportDocument } from '../document/report-document.ts';
import { baselineTable } from '../tables/baseline.ts';
import { checkTable } from '../tables/check.ts';
import { baselineNotes, checkHeading, checkNotes } from '../text/check-words.ts';
import { formatPlural, formatSeconds, formatShare } from '../text/quantities.ts';
import { chartBlock, listBlock, paragraphBlock, section, tableBlock } from './blocks.ts';
import { baselineCharts, effectCharts } from './check-effects.ts';
import { looksTable, sessionChart } from './check-sessions.ts';
import { environmentSection } from './environment.ts';
import { identitiesOf } from './identities.ts';
import { checkCommand } from './reproduction/check-command.ts';
import { reproductionBlocks } from './reproduction.ts';
import { timesLine } from './times.ts';

/** Returns the report of a regression check, in reading order. */
export function checkDocument(result: CheckResult): ReportDocument {
  const { baseline } = result;
  const sections = [
    section('verdict', 'Verdict', [
      ...paragraphBlock(result.verdict.statement, 'lead'),
      ...listBlock([...caveats(result), ...checkNotes(result)]),
      ...reproductionBlocks(checkCommand(result)),
    ]),
    section('effects', 'Effects', effects(result)),
    section('sessions', 'Sessions in the order they were held', sessionChart(result).map(chartBlock)),
    section('looks', 'Looks', tableBlock(looksTable(result))),
    environmentSection(result),
  ].flat();
  return {
    title: baseline === undefined ? 'Is B slower than A?' : 'Is the server slower than in its recorded runs?',
    subtitle: [...programs(result), timesLine(result), ...checkHeading(result)],
    identities: identitiesOf([], sections),
    sections,
  };
}

function programs({ plan: { a, b }, baseline }: CheckResult): string[] {
  return baseline === undefined ? [`A: ${a}`, `B: ${b}`] : [`server: ${b}`, `reference: ${a}`];
}

function effects(result: CheckResult): Block[] {
  const { baseline, plan } = result;
  if (baseline !== undefined) {
    return [
      ...baselineCharts(baseline).map(chartBlock),
      ...tableBlock(baselineTable(baseline, plan)),
      ...listBlock(baselineNotes(baseline)),
    ];
  }
  return [
    ...effectCharts(result, 'check').map(chartBlock),
    ...effectCharts(result, 'confirmation').map(chartBlock),
    ...tableBlock(checkTable(result)),
  ];
}

/** Returns what bears on the verdict: gates that were left out, changes too small to be found, and what it lacked. */
function caveats({ plan, looks, verdict, baseline }: CheckResult): string[] {
  const last = baseline === undefined ? (looks.at(-1)?.metrics ?? []) : [];
  const found = last.flatMap(({ metric, minimumDetectable }) =>
    minimumDetectable === null ? [] : [`${metric} ${formatShare(minimumDetectable)}`],
  );
  return [
    ...(found.length === 0
      ? []
      : [`The smallest changes that this number of sessions would have found: ${found.join(', ')}.`]),
    ...(plan.dropped ?? []).map(({ metric, reason }) => `${metric} was not judged: ${reason}.`),
    ...(verdict.needs ?? []).flatMap((need) => neededWords(need)),
  ];
}

function neededWords({ metric, sessions, budgetMs }: NonNullable<CheckResult['verdict']['needs']>[number]): string[] {
  if (sessions === null) return [`${metric}: no reasonable number of sessions would have decided it.`];
  const budget = budgetMs === null ? '' : `, for which --budget must be about ${formatSeconds(budgetMs / 1000)}`;
  return [`${metric}: ${formatPlural(sessions, 'session')} would most likely have decided it${budget}.`];
}
