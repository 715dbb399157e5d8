import type { Result } from '../../bench/model/result.ts';
import { formatBytes, formatCount, formatPlural, formatSeconds } from './quantities.ts';

/** Describes the machine on which a result was measured. */
export function machineLine({ environment }: Pick<Result, 'environment'>): string {
  const { cpuModel, cpus, memoryBytes, kernel, arch, node, virtualized } = environment;
  return [
    `${cpuModel}, ${formatPlural(cpus, 'CPU')}${virtualized ? ' (virtual)' : ''}`,
    formatBytes(memoryBytes),
    `${kernel} ${arch}`,
    `Node ${node.replace(/^v/, '')}`,
  ].join(', ');
}

/** Describes where and how a result was measured, a line each. */
export function runHeading(result: Result): string[] {
  const { plan, environment } = result;
  const { rounds, warmupSeconds, threads, agents, servedOn, serverCpus, loadCpus, seed, timestamps } = plan;
  const placed = [
    ...(servedOn ? [] : [`servers ${cpuList(serverCpus)}`]),
    ...(agents ? [] : [`load ${cpuList(loadCpus)}`]),
  ];
  const protocol = [
    ...(plan.capacity ? [] : [`medians of ${formatPlural(rounds, 'round')}`]),
    `${extent(plan)} after ${formatSeconds(warmupSeconds)} of warm-up`,
    `load from ${agents ? formatPlural(agents.length, 'agent') : formatPlural(threads, 'thread')}`,
    ...(servedOn ? [`servers on ${servedOn.name} (${formatPlural(servedOn.cpus, 'CPU')}, ${servedOn.kernel})`] : []),
    ...(placed.length > 0 ? [`CPUs: ${placed.join(', ')}`] : []),
    `seed ${seed}`,
    ...(timestamps === 'user' ? ['replies timestamped in user space, not by the kernel'] : []),
  ];
  return [`${machineLine(result)}, sockbench ${environment.sockbench}`, protocol.join('; ')];
}

/** Describes how long a trial measures. */
function extent({ durationSeconds, requests, capacity }: Result['plan']): string {
  const time = formatSeconds(durationSeconds);
  if (capacity)
    return `short trials of ${time} and confirmation windows of ${formatSeconds(capacity.confirmSeconds)}, each`;
  return requests ? `${formatCount(requests)} requests each, ${time} at most,` : `${time} each`;
}

/** Formats CPUs as taskset(1) does: `0,2-3`. */
export function cpuList(cpus: readonly number[]): string {
  if (cpus.length === 0) return 'any';
  const sorted = [...cpus].sort((a, b) => a - b);
  const starts = sorted.filter((cpu) => !sorted.includes(cpu - 1));
  return starts
    .map((start) => {
      let end = start;
      while (sorted.includes(end + 1)) end += 1;
      return end > start ? `${start}-${end}` : `${start}`;
    })
    .join(',');
}

/** Returns how many of the planned trials an interrupted run has; empty for a complete one. */
export function interruption({ interrupted, trials, failures, plan }: Result): string[] {
  if (!interrupted) return [];
  if (plan.capacity) return [`Interrupted after ${formatPlural(trials.length, 'trial')}: these results are partial.`];
  const points = [plan, ...(plan.scenarios ?? [])].reduce(
    (sum, { transports, connections }) => sum + transports.length * connections.length,
    0,
  );
  const planned = plan.trials ?? plan.models.length * points * plan.rounds;
  return [`Interrupted after ${trials.length + failures.length} of ${planned} trials: these results are partial.`];
}
