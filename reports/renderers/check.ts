import { hasMeasuredSize } from '../../bench/model/app-workload.ts';
import type { CheckBaseline, CheckResult } from '../../bench/model/check-result.ts';
import { baselineTable } from '../tables/baseline.ts';
import { checkTable } from '../tables/check.ts';
import { exchangeWords, protocolName } from '../text/exchange-words.ts';
import { paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import { formatCount, formatPlural, formatSeconds } from '../text/quantities.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Renders a regression check as text for a terminal: how it was held, what each metric did, and the verdict. */
export function renderCheck(result: CheckResult, { color, width }: RenderOptions): string {
  const paint = painter(color);
  const prose = (text: string) => paragraph(plain(text), width);
  const { baseline } = result;
  const table = baseline === undefined ? checkTable(result) : baselineTable(baseline, result.plan);
  const blocks = [
    heading(result).flatMap((line) => prose(line).map((row) => paint(row, 'dim'))),
    [
      ...prose(table.title).map((row) => paint(row, 'bold')),
      ...(table.groups.length > 0 ? [drawTable(table, width, paint)] : ['The check ended before its first look.']),
    ],
    (baseline === undefined ? [] : baselineNotes(baseline)).flatMap(prose),
    notes(result).flatMap(prose),
    prose(result.verdict.statement).map((row) => paint(row, 'bold')),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function heading({ environment, plan, pace }: CheckResult): string[] {
  const { cpuModel, cpus, kernel, node, sockbench } = environment;
  const { app, exchange, websocketMessage } = plan;
  const requested = exchange === null ? [] : exchangeWords(exchange);
  const size = hasMeasuredSize(app, exchange) ? [] : [`${plan.size} B`];
  const type = websocketMessage === 'text' ? ['text messages'] : [];
  const over = `${protocolName(app, exchange)} over ${plan.transport}`;
  const load = [over, ...requested, formatPlural(plan.connections, 'connection'), ...size, ...type].join(', ');
  const paced = pace === null || pace.rate === 0 ? [] : [`then ${formatCount(pace.rate)} requests/s`];
  const warmup = pace === null ? [] : [`${formatSeconds(pace.warmupMs / 1000)} of warm-up`];
  return [
    `${cpuModel}, ${formatPlural(cpus, 'CPU')}, ${kernel}, Node ${node}, sockbench ${sockbench}`,
    [load, 'full load', ...paced, ...warmup, `seed ${plan.seed}`].join('; '),
  ];
}

/** Describes the reference of the multiples, and the stored runs. */
function baselineNotes({ reference: { model, version }, file, runs, firstAt, lastAt }: CheckBaseline): string[] {
  const [first, last] = [firstAt, lastAt].map((at) => at?.slice(0, 'yyyy-mm-dd'.length));
  const when = first === last ? `from ${first}` : `from ${first} to ${last}`;
  return [
    `${file}: ${runs === 0 ? 'no run stored before this one' : `${formatPlural(runs, 'run')} stored before this one, ${when}`}.`,
    `Reference: ${model}, version ${version}, measured in the same sessions. ` +
      'Numbers are costs as multiples of its costs (for throughput: time per request); lower is better. ' +
      'The expected range is where another run of the same server lies.',
  ];
}

/** What an estimate of a metric needs; see bench/check/costs.ts. */
const NEEDED: Readonly<Record<string, string>> = {
  cpu: "the CPU time of the servers' processes is not known here: gate on other metrics with --gate",
  p50: 'it needs 500 response times per program and session: raise --window, or gate on other metrics with --gate',
  p99: 'it needs 10,000 response times per program and session: raise --window, or gate on other metrics with --gate',
};

function notes({ sessions, warnings, interrupted, looks, baseline }: CheckResult): string[] {
  const reasons = new Map<string, number>();
  for (const { excluded } of sessions) if (excluded !== null) reasons.set(excluded, (reasons.get(excluded) ?? 0) + 1);
  const judged: readonly { readonly metric: string; readonly finding: string }[] =
    baseline?.metrics ?? looks.at(-1)?.metrics ?? [];
  const missing = judged.filter(({ finding }) => finding === 'not-estimable');
  return [
    ...[...reasons].map(([reason, count]) => `${formatPlural(count, 'session')} excluded: ${reason}.`),
    ...missing.map(
      ({ metric }) => `${metric} can't be estimated: ${NEEDED[metric] ?? 'gate on other metrics with --gate'}.`,
    ),
    ...warnings.map(({ message }) => `${message}.`),
    ...(interrupted ? ['Interrupted: these are partial results.'] : []),
  ];
}
