import { type RunConfiguration, scenariosOf } from './configuration.ts';

/** Why rounds can't go on until all is told apart, or servers can't be given CPUs in turn; empty when they can. */
export function sweepFaults(configuration: RunConfiguration): string[] {
  return [...budgetFaults(configuration), ...cpuFaults(configuration)];
}

function budgetFaults({ budgetMs, targets }: RunConfiguration): string[] {
  if (budgetMs === undefined) return [];
  return [
    ...(budgetMs > 0 ? [] : ['budget: must be above zero']),
    ...(targets.length === 1
      ? ['rounds: auto goes on until servers are told apart, and there is one only: name more, or a number of --rounds']
      : []),
  ];
}

function cpuFaults(configuration: RunConfiguration): string[] {
  const { serverCpus, targets } = configuration;
  const counts = [...new Set(scenariosOf(configuration).flatMap(({ cpus }) => cpus ?? []))];
  const most = serverCpus?.length ?? Number.POSITIVE_INFINITY;
  const bound = serverCpus === null ? '' : ` to the ${most} of --server-cpus`;
  const wrong = counts.filter((cpus) => !(Number.isInteger(cpus) && cpus >= 1 && cpus <= most));
  return [
    ...wrong.map((cpus) => `cpus: ${cpus} is not a whole number from 1${bound}`),
    ...(counts.length > 0 && targets.some(({ kind }) => kind === 'address')
      ? ['cpus: a server that runs already has the CPUs it has: leave out --cpus']
      : []),
  ];
}
