import type { LineChart } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import { chartBlock, section } from './blocks.ts';
import { INTERVAL_WORDS, roundsPoint } from './rounds.ts';
import { CONNECTIONS_AXIS, type MeasuredScenario, rowsOf, speedAxis, titled } from './scenarios.ts';

/** Returns throughput against connections, for scenarios with several levels. */
export function throughputSection(scenarios: readonly MeasuredScenario[]): Section[] {
  const blocks = scenarios
    .filter(({ levels }) => levels.length > 1)
    .map((scenario): Block => chartBlock(throughputChart(scenario)));
  return section('throughput', 'Throughput against connections', blocks);
}

function throughputChart(scenario: MeasuredScenario): LineChart {
  const { id, targets, speed } = scenario;
  return {
    ...{ kind: 'lines', id: `throughput-${id}`, title: titled('Throughput against connections', scenario) },
    caption:
      'Medians of the rounds at each number of connections; a curve that stops rising has reached what the server, ' +
      `or where a point is hollow the generator, can do. Error bars: ${INTERVAL_WORDS}.`,
    x: CONNECTIONS_AXIS,
    y: speedAxis(scenario, 'linear'),
    series: targets.map((target) => ({
      name: target,
      points: rowsOf(scenario, target).map((row) => roundsPoint(row.connections, row, speed)),
    })),
    interactive: false,
  };
}
