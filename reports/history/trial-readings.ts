import type { Capacity } from '../../bench/model/capacity.ts';
import { knownValue, type MetricName, metricNames, metricOf } from '../../bench/model/metrics.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Result } from '../../bench/model/result.ts';
import { workWords } from '../../bench/model/work-words.ts';
import { median } from '../../bench/stats/median.ts';
import { type Aggregate, aggregate, type Comparable, pointKey } from '../tables/aggregate.ts';
import { loadTitle } from '../tables/load-title.ts';
import { exchangeWords, protocolName } from '../text/exchange-words.ts';
import { CAPACITY, type Reading } from './reading.ts';

/**
 * Returns the readings of a run of trials: for each target, operating point and metric the median of the rounds, and of
 * counts the mean, so that runs with another number of rounds are comparable. Invalid trials are left out.
 */
export function trialReadings(result: Result, metrics: ReadonlySet<string>): Reading[] {
  // The trials of a search for a capacity have rates of their own.
  if (result.capacity) return metrics.has(CAPACITY) ? capacityReadings(result, result.capacity) : [];
  const trials = result.trials.filter(({ validity }) => validity.verdict !== 'invalid');
  const names = metricNames.filter((name) => metrics.has(name));
  return aggregate({ ...result, trials, failures: [] }).flatMap((comparable) =>
    comparable.aggregates.flatMap((row) =>
      names.flatMap((name) => readingOf(result.plan.command, comparable, row, name) ?? []),
    ),
  );
}

function readingOf(command: string, comparable: Comparable, row: Aggregate, name: MetricName): Reading | undefined {
  const { app, transport, work, point } = comparable;
  const { title, unit, per, worse, overRounds, load = null, leastConnections = 0 } = metricOf(name);
  const { target, connections, trials } = row;
  const [first] = trials;
  if (point === undefined || first === undefined || connections < leastConnections) return undefined;
  if (load !== null && load !== (isOneWay(point.workload) ? 'one-way' : 'answered')) return undefined;
  const values = trials.map((trial) => knownValue(name, trial));
  const known = values.filter((value) => value !== null);
  // A median of the known rounds alone would be that of the better ones.
  if (known.length < values.length) return undefined;
  const { balance, select } = first;
  return {
    key: JSON.stringify([command, target, pointKey(point), connections, balance, select, name]),
    subject: {
      ...{ command, target, app, transport, connections, metric: name, title, unit, worse },
      ...(per !== undefined && { per }),
      load: loadTitle(transport, work, point),
    },
    value: overRounds === 'sum' ? known.reduce((sum, each) => sum + each, 0) / known.length : median(known),
    doubt: doubtOf(trials),
  };
}

function doubtOf(trials: Aggregate['trials']): string | null {
  const suspect = trials.find(({ validity }) => validity.verdict === 'suspect');
  return suspect === undefined ? null : (suspect.validity.reasons[0]?.message ?? 'suspect');
}

function capacityReadings({ plan }: Result, capacities: readonly Capacity[]): Reading[] {
  const { app, exchange, command } = plan;
  const slos = plan.capacity?.slos.join(', ') ?? '';
  return capacities.flatMap((capacity): Reading[] => {
    const { target, transport, connections, confirmed, outcome } = capacity;
    if (confirmed === null) return [];
    const work = workWords(capacity);
    const words = [
      protocolName(app, exchange),
      ...(exchange === null ? [] : exchangeWords(exchange)),
      ...(work === null ? [] : [`work ${work}`]),
      `highest rate with ${slos}`,
    ];
    const load = `${transport.toUpperCase()}: ${words.join(', ')}`;
    return [
      {
        key: JSON.stringify([command, target, load, exchange, connections, plan.sizes, CAPACITY]),
        subject: {
          ...{ command, target, app, transport, connections, load },
          ...{ metric: CAPACITY, title: CAPACITY, unit: 'perSecond', worse: 'less' },
        },
        value: confirmed,
        doubt: outcome === 'at-least' ? 'the capacity may be higher' : null,
      },
    ];
  });
}
