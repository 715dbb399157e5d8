import { type Frequency, holds } from '../../bench/lab/verify/regression-claims.ts';
import { formatPlural } from '../text/quantities.ts';
import { type Cell, type Column, cell, type Group, type Row, type Table } from '../text/table.ts';

/**
 * Returns how often simulated checks ended in some way: a group for each question, a line for each rule, a column for
 * each machine.
 */
export function claimsTable(frequencies: readonly Frequency[]): Table {
  const machines = unique(frequencies.map(({ machine }) => machine));
  const columns: Column[] = [
    { title: 'rule', align: 'left' },
    ...machines.map((machine): Column => ({ title: machine, align: 'right' })),
  ];
  const groups = unique(frequencies.map(({ what }) => what)).map((what): Group => {
    const ofQuestion = frequencies.filter((frequency) => frequency.what === what);
    const rows = unique(ofQuestion.map(({ rule }) => rule)).map((rule): Row => {
      const ofRule = ofQuestion.filter((frequency) => frequency.rule === rule);
      return [cell(rule), ...machines.map((machine) => shareCell(ofRule.find((each) => each.machine === machine)))];
    });
    return { label: `${what}${claimOf(ofQuestion)}; ${formatPlural(ofQuestion[0]?.runs ?? 0, 'run')}`, rows };
  });
  return { title: 'How often verdicts are wrong', columns, groups };
}

function claimOf(frequencies: readonly Frequency[]): string {
  const claims = unique(
    frequencies.flatMap(({ claim, machine }) => {
      if (claim === undefined) return [];
      const bound = 'atMost' in claim ? `≤ ${claim.atMost * 100} %` : `≥ ${claim.atLeast * 100} %`;
      return [frequencies.some(isUnclaimed) ? `${bound} on ${machine}` : bound];
    }),
  );
  return claims.length === 0 ? '' : ` (required of sockbench: ${claims.join(', ')})`;
}

/** Reports whether our own rule has no claim here. */
function isUnclaimed({ isOurs, claim }: Frequency): boolean {
  return isOurs && claim === undefined;
}

function shareCell(frequency: Frequency | undefined): Cell {
  if (frequency === undefined) return cell('');
  const text = `${(frequency.share * 100).toFixed(frequency.runs >= 10_000 ? 2 : 1)} %`;
  return holds(frequency) ? cell(text) : cell(`${text} !`, 'bad');
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
