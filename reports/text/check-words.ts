import { hasMeasuredSize } from '../../bench/model/app-workload.ts';
import type { CheckBaseline, CheckResult } from '../../bench/model/check-result.ts';
import { exchangeWords, protocolName } from './exchange-words.ts';
import { formatCount, formatPlural, formatSeconds } from './quantities.ts';

/** What reports of a regression check say besides its tables. */

/** Describes where and how a check was held, a line each. */
export function checkHeading({ environment, plan, pace }: CheckResult): string[] {
  const { cpuModel, cpus, kernel, node, sockbench } = environment;
  const { app, exchange, websocketMessage } = plan;
  const requested = exchange === null ? [] : exchangeWords(exchange);
  const size = hasMeasuredSize(app, exchange) ? [] : [`${plan.size} B`];
  const type = websocketMessage === 'text' ? ['text messages'] : [];
  const over = `${protocolName(app, exchange)} over ${plan.transport}`;
  const load = [over, ...requested, formatPlural(plan.connections, 'connection'), ...size, ...type].join(', ');
  const paced = pace === null || pace.rate === 0 ? [] : [`then ${formatCount(pace.rate)} requests/s`];
  const { agents, servedOn } = plan;
  const elsewhere = [
    ...(agents ? [`load from ${formatPlural(agents.length, 'agent')}`] : []),
    ...(servedOn ? [`servers on ${servedOn.name}`] : []),
  ];
  const warmup = pace === null ? [] : [`${formatSeconds(pace.warmupMs / 1000)} of warm-up`];
  return [
    `${cpuModel}, ${formatPlural(cpus, 'CPU')}, ${kernel}, Node ${node}, sockbench ${sockbench}`,
    [load, 'full load', ...paced, ...elsewhere, ...warmup, `seed ${plan.seed}`].join('; '),
  ];
}

/** Describes the reference of the multiples, and the stored runs. */
export function baselineNotes({ reference: { model, version }, file, runs, firstAt, lastAt }: CheckBaseline): string[] {
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

/** Returns what to know before believing a check. */
export function checkNotes({ sessions, warnings, interrupted, looks, baseline }: CheckResult): string[] {
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
