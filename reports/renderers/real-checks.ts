import type { RealCheck } from '../../bench/lab/verify/real-checks.ts';
import { median } from '../../bench/stats/median.ts';
import { formatSeconds } from '../text/quantities.ts';
import { cell, type Row, type Table } from '../text/table.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Requirements for checks of real servers: see docs/verdicts-verified.md. */
const MAX_SECONDS = 240;
const MIN_SHARE = 0.8;

/** Renders the results of `npm run verify:real` as text for a terminal: a line for each server and change. */
export function renderRealChecks(checks: readonly RealCheck[], { color, width }: RenderOptions): string {
  return `${drawTable(realChecksTable(checks), width, painter(color))}\n`;
}

/** Reports whether every row meets the requirements. */
export function areAsWanted(checks: readonly RealCheck[]): boolean {
  return rowsOf(checks).every(isAsWanted);
}

/** Groups checks by server and change, with the smallest change first. */
function rowsOf(checks: readonly RealCheck[]): RealCheck[][] {
  const servers = [...new Set(checks.map(({ server }) => server))].sort();
  return servers.flatMap((server) => {
    const ofServer = checks.filter((each) => each.server === server);
    const changes = [...new Set(ofServer.map(({ worseBy }) => worseBy))].sort((one, other) => one - other);
    return changes.map((change) => ofServer.filter(({ worseBy }) => worseBy === change));
  });
}

/**
 * Equal programs: no alarm, no invalid check, and at least four of five pass. Slower programs: none passes; at least
 * four of five are caught, and all with 20 % or more additional CPU time. The median check takes at most four minutes.
 */
function isAsWanted(checks: readonly RealCheck[]): boolean {
  const worseBy = checks[0]?.worseBy ?? 0;
  const share = (...outcomes: readonly RealCheck['outcome'][]) => ended(checks, outcomes) / checks.length;
  const alarms = share('regressed', 'suspected');
  if (median(checks.map(({ seconds }) => seconds)) > MAX_SECONDS) return false;
  if (worseBy === 0) return alarms === 0 && share('invalid') === 0 && share('pass') >= MIN_SHARE;
  return share('pass') === 0 && alarms >= (worseBy >= 0.2 ? 1 : MIN_SHARE);
}

function ended(checks: readonly RealCheck[], outcomes: readonly RealCheck['outcome'][]): number {
  return checks.filter(({ outcome }) => outcomes.includes(outcome)).length;
}

function realChecksTable(checks: readonly RealCheck[]): Table {
  const right = ['checks', 'pass', 'regressed', 'inconclusive', 'other', 'sessions', 'time to verdict'];
  return {
    title: 'Checks of real servers',
    columns: [
      { title: 'server', align: 'left' },
      { title: 'CPU time of B', align: 'left' },
      ...right.map((title) => ({ title, align: 'right' }) as const),
      { title: 'as required', align: 'left' },
    ],
    groups: [{ label: null, rows: rowsOf(checks).map(rowOf) }],
  };
}

function rowOf(checks: readonly RealCheck[]): Row {
  const { server, worseBy } = checks[0] as RealCheck;
  const texts = [
    server === 'c' ? 'C' : 'Node',
    worseBy === 0 ? 'the same' : `${Math.round(worseBy * 100)} % more`,
    `${checks.length}`,
    `${ended(checks, ['pass'])}`,
    `${ended(checks, ['regressed', 'suspected'])}`,
    `${ended(checks, ['inconclusive'])}`,
    `${ended(checks, ['invalid', 'unsteady', 'failed'])}`,
    `${median(checks.map(({ sessions }) => sessions))}`,
    formatSeconds(median(checks.map(({ seconds }) => seconds))),
    isAsWanted(checks) ? 'yes' : 'no',
  ];
  return texts.map((text) => cell(text));
}
