import { type RunConfiguration, scenariosOf } from './configuration.ts';
import type { Want } from './want.ts';

/** Returns the requirements of rounds that continue until all pairs are decided, and of varying the server's CPUs. */
export function sweepWants(configuration: RunConfiguration): Want[] {
  return [...budgetWants(configuration), ...cpuWants(configuration)];
}

function budgetWants({ budgetMs, targets }: RunConfiguration): Want[] {
  if (budgetMs === undefined) return [];
  return [
    [budgetMs > 0, 'budget: must be above zero'],
    [
      targets.length !== 1,
      'rounds: auto continues until servers are distinguished, but there is only one: ' +
        'name more, or give a number of --rounds',
    ],
  ];
}

function cpuWants(configuration: RunConfiguration): Want[] {
  const { serverCpus, targets } = configuration;
  const counts = [...new Set(scenariosOf(configuration).flatMap(({ cpus }) => cpus ?? []))];
  const most = serverCpus?.length ?? Number.POSITIVE_INFINITY;
  const bound = serverCpus === null ? '' : ` to the ${most} of --server-cpus`;
  return [
    ...counts.map(
      (cpus): Want => [
        Number.isInteger(cpus) && cpus >= 1 && cpus <= most,
        `cpus: ${cpus} is not a whole number from 1${bound}`,
      ],
    ),
    [
      counts.length === 0 || targets.every(({ kind }) => kind !== 'address'),
      'cpus: the CPUs of a server that is already running are not changed: leave out --cpus',
    ],
  ];
}
