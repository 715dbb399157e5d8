import type { Failure } from '../../bench/model/result.ts';
import { workWords } from '../../bench/model/work-words.ts';
import { formatPlural } from './quantities.ts';

/** Trials that failed in the same way. */
export interface FailureReport {
  /** Target, transport, work, connections and rounds. */
  readonly where: string;
  readonly message: string;
  /** The last lines of the server's stderr. */
  readonly stderr: readonly string[];
}

/** Reports rounds of one target that failed alike once. */
export function failureReports(failures: readonly Failure[]): FailureReport[] {
  const alike = new Map<string, Failure[]>();
  for (const failure of failures) {
    const { target, transport, cpus, connections, message } = failure;
    const key = JSON.stringify([target, transport, workWords(failure), cpus, connections, message]);
    alike.set(key, [...(alike.get(key) ?? []), failure]);
  }
  return [...alike.values()].flatMap((group) => {
    const last = group.at(-1);
    if (!last) return [];
    const rounds = `${group.length > 1 ? 'rounds' : 'round'} ${group.map(({ round }) => round).join(', ')}`;
    const work = workWords(last);
    const given = last.cpus === undefined ? [] : [formatPlural(last.cpus, 'CPU')];
    const where = [
      ...[last.target, last.transport, ...(work ? [work] : []), ...given],
      formatPlural(last.connections, 'connection'),
    ];
    return [{ where: [...where, rounds].join(', '), message: last.message, stderr: last.stderr }];
  });
}
