import { hasMeasuredSize } from '../../bench/model/app-workload.ts';
import type { CheckOutcome, CheckResult } from '../../bench/model/check-result.ts';
import { hodgesLehmann, walshInterval } from '../../bench/stats/walsh.ts';
import { checkCommand } from '../sections/reproduction/check-command.ts';
import { exchangeWords, protocolName } from '../text/exchange-words.ts';
import { formatPlural, formatShare, formatShareOrNone, NONE } from '../text/quantities.ts';
import { type Column, cell, type Table } from '../text/table.ts';
import { gateEffects } from './check-samples.ts';
import type { Fold, Part } from './fitted.ts';
import { bold, code, escaped, tableLines } from './gfm.ts';
import { commandParts, folded, listPart, part } from './markdown-parts.ts';

const HEADINGS = {
  pass: 'PASS',
  regressed: 'REGRESSED',
  suspected: 'REGRESSED (suspected)',
  inconclusive: 'INCONCLUSIVE',
  unsteady: 'UNSTEADY',
  invalid: 'INVALID',
  advisory: 'ADVISORY',
  recorded: 'RECORDED',
} as const satisfies Record<CheckOutcome, string>;

/** What to do next, where the statement of the verdict does not name it. */
const ADVICE: { readonly [Outcome in CheckOutcome]?: string } = {
  regressed: 'Look for the cause: the table shows how much each metric changed.',
  suspected: 'Run it again with --confirm, preferably on another machine: a second series of sessions decides.',
  inconclusive: 'Nothing was shown about B. Give it a longer --budget, use a calmer machine, or gate on fewer metrics.',
  unsteady: 'Raise --warmup, or find out what grows or fills up in the program.',
  invalid: 'Use a calmer machine: these sessions say nothing about B.',
};

const INTERVAL_ALPHA = 0.05;
const MINUTE_MS = 60_000;

/** Returns the comment on a check: verdict, effects with their intervals, noise, and what to do next. */
export function checkCommentFolds(result: CheckResult): Fold[] {
  const { verdict, plan, interrupted, environment } = result;
  const { cpuModel, cpus, virtualized, kernel, node, sockbench } = environment;
  const advice = adviceOf(result);
  const shown: Part[] = [
    part('heading', [`### sockbench check: ${HEADINGS[verdict.outcome]}`]),
    part('verdict', [escaped(verdict.statement)]),
    ...(interrupted ? [part('interruption', [bold('Interrupted: these are partial results.')])] : []),
    effectsPart(result),
    part('what was compared', [comparison(result)]),
    ...(advice.length === 0 ? [] : [part('advice', [bold('What to do next')]), listPart('advice', advice)]),
  ];
  const machine = `${cpuModel}, ${formatPlural(cpus, 'CPU')}${virtualized ? ' (virtual)' : ''}, ${kernel}, Node ${node}, sockbench ${sockbench}`;
  const placed = `CPUs of the servers: ${plan.serverCpus.join(', ') || 'any'}; of the load: ${plan.agents ? `those of ${formatPlural(plan.agents.length, 'agent')}` : plan.loadCpus.join(', ') || 'any'}`;
  return [
    { open: [], parts: shown, close: [] },
    folded('How to repeat it, noise and machine', [
      ...commandParts(checkCommand(result)),
      listPart('noise', [...noiseOf(result), machine, placed, `seed ${plan.seed}`, ...warningsOf(result)]),
    ]),
  ];
}

const COLUMNS: readonly Column[] = [
  { title: 'metric', align: 'left' },
  { title: 'B worse by', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'tolerated', align: 'right' },
  { title: 'must detect', align: 'right' },
  { title: 'could have found', align: 'right' },
  { title: 'finding', align: 'left' },
];

function effectsPart(result: CheckResult): Part {
  const rows = gateEffects(result).map(({ metric, finding, change, low, high, tolerated, detected, detectable }) => [
    cell(metric),
    cell(formatShareOrNone(change)),
    cell(low === null || high === null ? NONE : `${formatShareOrNone(low)} to ${formatShareOrNone(high)}`),
    cell(formatShareOrNone(tolerated)),
    cell(formatShareOrNone(detected)),
    cell(formatShareOrNone(detectable)),
    cell(finding === 'regressed' ? 'REGRESSED' : finding, finding === 'regressed' ? 'bad' : 'plain'),
  ]);
  if (rows.length === 0) return part('effects', ['It ended before anything was judged.']);
  const columns = result.baseline === undefined ? COLUMNS : COLUMNS.map(asStored);
  const table: Table = { title: '', columns, groups: [{ label: null, rows }] };
  return { name: 'effects', ...tableLines(table) };
}

/** Against recorded runs, the interval is the one in which another run of the same server lies. */
function asStored(column: Column): Column {
  return column.title === '95 % interval' ? { ...column, title: 'expected range' } : column;
}

function comparison({ plan, sessions, baseline }: CheckResult): string {
  const { a, b, app, exchange, transport, connections, size } = plan;
  const load = [
    `${protocolName(app, exchange)} over ${transport}`,
    ...(exchange === null ? [] : exchangeWords(exchange)),
    formatPlural(connections, 'connection'),
    ...(hasMeasuredSize(app, exchange) ? [] : [`${size} B`]),
    formatPlural(sessions.filter(({ excluded }) => excluded === null).length, 'session'),
  ].join(', ');
  if (baseline !== undefined) return `Server: ${code(b)}, compared with ${code(baseline.file)}; ${escaped(load)}.`;
  return `A: ${code(a)}, B: ${code(b)}; ${escaped(load)}.`;
}

/** The difference between A and its own copy, which is noise and nothing else. */
function noiseOf({ plan, sessions, looks }: CheckResult): string[] {
  if (!plan.nullArm) return ['No null arm: with --null-arm, A is also compared with a copy of itself.'];
  const counted = sessions.filter(({ excluded }) => excluded === null);
  return (looks.at(-1)?.metrics ?? []).flatMap(({ metric }) => {
    const differences = counted.flatMap(({ costs }) => {
      const [a, copy] = [costs.a, costs.null].map((each) => each?.[metric as keyof typeof each] as number | null);
      return typeof a === 'number' && typeof copy === 'number' ? [copy - a] : [];
    });
    if (differences.length === 0) return [];
    const { low, high } = walshInterval(differences, INTERVAL_ALPHA);
    const change = (ln: number) => formatShare(Math.expm1(ln));
    const range = Number.isFinite(low) ? ` (${change(low)} to ${change(high)})` : '';
    return [`Null arm, ${metric}: a copy of A is worse by ${change(hodgesLehmann(differences))}${range}.`];
  });
}

function adviceOf({ verdict }: CheckResult): string[] {
  const { outcome, needs = [] } = verdict;
  const advice = ADVICE[outcome];
  const each = needs.map(({ metric, sessions, budgetMs }) =>
    sessions === null
      ? `${metric} needs more sessions than any check holds: use a calmer machine, or wider margins (--gate).`
      : `${metric} needs about ${sessions} sessions${budgetMs === null ? '' : `: --budget ${budgetMs / MINUTE_MS}m`}.`,
  );
  return [...each, ...(advice === undefined ? [] : [advice])];
}

function warningsOf({ sessions, warnings, plan }: CheckResult): string[] {
  const excluded = sessions.filter((session) => session.excluded !== null);
  return [
    ...(excluded.length === 0
      ? []
      : [`${formatPlural(excluded.length, 'session')} excluded: ${excluded[0]?.excluded}.`]),
    ...(plan.dropped ?? []).map(({ metric, reason }) => `${metric} was not gated on: ${reason}.`),
    ...warnings.map(({ message }) => `${message}.`),
  ];
}
