import type { Result } from '../../bench/model/result.ts';
import { formatPlural } from './quantities.ts';

/** A saved run and its name in the report. */
export interface NamedResult {
  readonly name: string;
  readonly result: Result;
}

/** Describes two runs, a line each. */
export function runLines(a: NamedResult, b: NamedResult): string[] {
  return [a, b].map(runLine);
}

function runLine({ name, result }: NamedResult, i: number): string {
  const { startedAt, plan, environment, interrupted } = result;
  const details = [
    `started ${startedAt.slice(0, 19)}Z`,
    `medians of ${formatPlural(plan.rounds, 'round')}`,
    `seed ${plan.seed}`,
    `sockbench ${environment.sockbench}`,
    ...(interrupted ? ['interrupted'] : []),
  ];
  return `${'AB'[i]}: ${name}: ${details.join(', ')}`;
}
