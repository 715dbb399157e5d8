import { median } from '../../bench/stats/median.ts';
import type { RealCheck } from '../../bench/verify/real-servers.ts';
import { formatSeconds } from '../quantities.ts';
import type { RenderOptions } from '../renderer.ts';
import { cell, type Row, type Table } from '../table.ts';
import { drawTable, painter } from './terminal.ts';

/** What `npm run verify:real` has found, as text for a terminal: a line for each change. */
export function renderRealChecks(checks: readonly RealCheck[], { color, width }: RenderOptions): string {
  return `${drawTable(realChecksTable(checks), width, painter(color))}\n`;
}

function realChecksTable(checks: readonly RealCheck[]): Table {
  const changes = [...new Set(checks.map(({ worseBy }) => worseBy))];
  return {
    title: 'Checks of real servers',
    columns: [
      { title: 'CPU time of B', align: 'left' },
      ...['checks', 'pass', 'regressed', 'inconclusive', 'other', 'sessions', 'time to verdict'].map(
        (title) => ({ title, align: 'right' }) as const,
      ),
    ],
    groups: [
      {
        label: null,
        rows: changes.map((change) =>
          rowOf(
            change,
            checks.filter(({ worseBy }) => worseBy === change),
          ),
        ),
      },
    ],
  };
}

function rowOf(change: number, checks: readonly RealCheck[]): Row {
  const ended = (...outcomes: readonly RealCheck['outcome'][]) =>
    checks.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const texts = [
    change === 0 ? 'the same' : `${Math.round(change * 100)} % more`,
    `${checks.length}`,
    `${ended('pass')}`,
    `${ended('regressed', 'suspected')}`,
    `${ended('inconclusive')}`,
    `${ended('invalid', 'unsteady', 'failed')}`,
    `${median(checks.map(({ sessions }) => sessions))}`,
    formatSeconds(median(checks.map(({ seconds }) => seconds))),
  ];
  return texts.map((text) => cell(text));
}
