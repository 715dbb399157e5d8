import type { Result } from '../../bench/model/result.ts';
import type { Scaling } from '../../bench/model/scaling.ts';
import { lawCurve } from '../../bench/run/scaling/law.ts';
import { scenarioWords } from '../../bench/run/verdict.ts';
import { streamOf } from '../../servers/random/streams.ts';
import type { IntervalChart, LineChart, LineSeries, Rule } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import { leadersTable, scalingTables, signsTable } from '../tables/scaling.ts';
import { Footnotes } from '../text/footnotes.ts';
import { formatPlural } from '../text/quantities.ts';
import { chartBlock, footnoteBlock, section, tableBlock } from './blocks.ts';
import { medianWords, roundsPoint } from './rounds.ts';
import { CONNECTIONS_AXIS, type MeasuredScenario, rowsOf, speedAxis, titled } from './scenarios.ts';

/** Points of the curve of a law, and of its band. */
const LAW_POINTS = 25;
/** Most lines that mark knees: more would hide the curves, and the table contains them, too. */
const MAX_KNEES = 4;

/** Returns throughput against connections, for scenarios with several levels; of a sweep, with laws and tables. */
export function throughputSection(result: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const footnotes = new Footnotes();
  const charts = scenarios
    .filter(({ levels }) => levels.length > 1)
    .map((scenario, i): Block => chartBlock(throughputChart(result, scenario, i)));
  return section('throughput', 'Throughput against connections', [
    ...charts,
    ...scalingTables(result, footnotes).flatMap(tableBlock),
    ...footnoteBlock(footnotes),
    ...tableBlock(leadersTable(result)),
    ...tableBlock(signsTable(result)),
    ...(result.cpuGains === undefined || result.cpuGains.length === 0 ? [] : [chartBlock(gainsChart(result.cpuGains))]),
  ]);
}

function throughputChart(result: Result, scenario: MeasuredScenario, index: number): LineChart {
  const { id, targets, speed } = scenario;
  const scaling = scalingOf(result, scenario);
  const laws = scaling === undefined ? [] : lawSeries(result, scenario, scaling, index);
  return {
    ...{ kind: 'lines', id: `throughput-${id}`, title: titled('Throughput against connections', scenario) },
    caption: [
      medianWords(scenario.rows),
      'A curve that stops rising has reached what the server can do or, where a point is hollow, perhaps what the ' +
        'generator can.',
      ...(scaling === undefined ? [] : ['Knee: the fewest connections with 95 % of the best throughput.']),
      ...(laws.length === 0 ? [] : [LAW_WORDS]),
    ].join(' '),
    x: CONNECTIONS_AXIS,
    y: speedAxis(scenario, 'linear'),
    series: [
      ...targets.map((target) => ({
        name: target,
        points: rowsOf(scenario, target).map((row) => roundsPoint(row.connections, row, speed)),
      })),
      ...laws,
    ],
    ...(scaling !== undefined && { rules: kneeRules(scaling) }),
    interactive: false,
  };
}

const LAW_WORDS =
  'Curves without marks: the Universal Scalability Law, where the rounds support it. Band: where the law lies at each ' +
  'number of connections (95 %), from fits to resampled rounds.';

/** Returns the analysis of a scenario of a sweep. */
function scalingOf({ scaling = {} }: Result, { comparable }: MeasuredScenario): Scaling | undefined {
  const { transport, work, cpus } = comparable;
  return Object.values(scaling).find(
    (each) => each.transport === transport && each.work === work && each.cpus === cpus,
  );
}

function lawSeries(
  { plan }: Result,
  { comparable, levels }: MeasuredScenario,
  scaling: Scaling,
  round: number,
): LineSeries[] {
  const at = between(levels[0] ?? 1, levels.at(-1) ?? 1);
  return scaling.targets.flatMap(({ target, law }, ordinal): LineSeries[] => {
    if (!law.fitted) return [];
    const trials = comparable.aggregates.flatMap((row) => (row.target === target ? row.trials : []));
    // The seed of the run, so that the same results give the same band.
    const random = streamOf('bootstrap', { seed: plan.seed % 2 ** 32, round, ordinal });
    const points = lawCurve(trials, law, at, random).map(({ connections, throughput, band }) => ({
      x: connections,
      y: throughput,
      ...(band !== undefined && { low: band.low, high: band.high }),
    }));
    return [{ name: `${target}, law`, identity: target, style: 'fit', points }];
  });
}

/** Returns numbers from one to another that are equally far apart on a logarithmic axis. */
function between(from: number, to: number): number[] {
  return Array.from({ length: LAW_POINTS }, (_, i) =>
    Number((from * (to / from) ** (i / (LAW_POINTS - 1))).toPrecision(5)),
  );
}

function kneeRules({ targets }: Scaling): Rule[] {
  const knees = [...new Set(targets.flatMap(({ kneeConnections }) => kneeConnections ?? []))];
  if (knees.length > MAX_KNEES) return [];
  return knees.map((at) => {
    const names = targets.filter(({ kneeConnections }) => kneeConnections === at).map(({ target }) => target);
    const whose = names.length === targets.length && names.length > 1 ? 'all' : names.join(', ');
    return { axis: 'x', at, label: `knee: ${whose}`, tone: 'plain' };
  });
}

function gainsChart(gains: NonNullable<Result['cpuGains']>): IntervalChart {
  return {
    ...{ kind: 'intervals', id: 'cpu-gains', title: 'What more CPUs bring' },
    caption:
      "A target's best throughput on more CPUs, as a multiple of its best on the fewest, round by round: Hodges and " +
      "Lehmann's estimate with its 95 % interval. 1 means no gain.",
    x: { name: 'times as much', unit: 'ratio', scale: 'linear' },
    rows: gains.map(({ target, transport, work, fromCpus, toCpus, times, low, high }) => ({
      name: target,
      group: `${scenarioWords({ transport, work })}: from ${fromCpus} to ${formatPlural(toCpus, 'CPU')}`,
      value: times,
      low,
      high,
    })),
    rules: [{ axis: 'x', at: 1, label: 'no gain', tone: 'plain' }],
  };
}
