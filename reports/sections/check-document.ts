import type { CheckResult } from '../../bench/model/check-result.ts';
import type { ReportDocument } from '../document/report-document.ts';
import { baselineTable } from '../tables/baseline.ts';
import { checkTable } from '../tables/check.ts';
import { baselineNotes, checkHeading, checkNotes } from '../text/check-words.ts';
import { listBlock, paragraphBlock, section, tableBlock } from './blocks.ts';
import { timesLine } from './times.ts';

/** Returns the report of a regression check, in reading order. */
export function checkDocument(result: CheckResult): ReportDocument {
  const { plan, baseline } = result;
  const sections = [
    section('verdict', 'Verdict', [
      ...paragraphBlock(result.verdict.statement, 'lead'),
      ...listBlock(checkNotes(result)),
    ]),
    section('effects', 'Effects', [
      ...tableBlock(baseline === undefined ? checkTable(result) : baselineTable(baseline, plan)),
      ...(baseline === undefined ? [] : listBlock(baselineNotes(baseline))),
    ]),
  ].flat();
  return {
    title: baseline === undefined ? 'Is B slower than A?' : 'Is the server slower than in its recorded runs?',
    subtitle: [`A: ${plan.a}`, `B: ${plan.b}`, timesLine(result), ...checkHeading(result)],
    identities: [],
    sections,
  };
}
