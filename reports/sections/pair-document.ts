import { incomparabilities, machineDifferences } from '../../bench/model/comparability.ts';
import type { Block, ReportDocument, Section } from '../document/report-document.ts';
import { pairTable } from '../tables/pair.ts';
import { type PairedScenario, pairedScenarios, pairStatements } from '../tables/pairing.ts';
import { type NamedResult, runLines } from '../text/pair-heading.ts';
import { formatPlural } from '../text/quantities.ts';
import { chartBlock, listBlock, paragraphBlock, section, tableBlock } from './blocks.ts';
import { environmentsTable } from './environment.ts';
import { identitiesOf } from './identities.ts';
import { changeCharts, curveCharts, type NamedScenario, spectrumCharts } from './pair-charts.ts';
import { isDoubtful } from './rounds.ts';
import { scenarioNames, slug } from './scenarios.ts';

/** Returns the report of two results side by side, in reading order. Pure: no I/O, no clock. */
export function documentOfPair(a: NamedResult, b: NamedResult): ReportDocument {
  // The trials of a search have different rates: none of one can be compared with one of the other.
  const isSearch = [a, b].some(({ result }) => result.plan.capacity !== undefined);
  const scenarios = isSearch ? [] : named(pairedScenarios(a.result, b.result));
  const names = { a: `A: ${a.name}`, b: `B: ${b.name}` };
  const isSameMachine = machineDifferences(a.result.environment, b.result.environment).length === 0;
  const environment = section('environment', 'Environments', tableBlock(environmentsTable(a.result, b.result)));
  const sections = [
    verdictSection(a, b, scenarios),
    ...(isSameMachine ? [] : [environment]),
    section('changes', 'From A to B', changes(scenarios)),
    section('throughput', 'Throughput against connections', curveCharts(scenarios, names, 'speed').map(chartBlock)),
    section('latency', 'Latency against load', curveCharts(scenarios, names, 'p99').map(chartBlock)),
    section('spectrum', 'Percentiles of response time', spectrumCharts(scenarios, names).map(chartBlock)),
    ...(isSameMachine ? [environment] : []),
  ].flat();
  return {
    title: 'Two runs side by side',
    subtitle: runLines(a, b),
    identities: identitiesOf([names.a, names.b], sections),
    sections,
  };
}

function verdictSection(a: NamedResult, b: NamedResult, scenarios: readonly NamedScenario[]): Section[] {
  const differences = incomparabilities(a.result, b.result);
  const statements = pairStatements(scenarios);
  return section('verdict', 'Verdict', [
    ...paragraphBlock(statements.at(-1) ?? '', 'lead'),
    ...(differences.length === 0
      ? []
      : [
          ...paragraphBlock(
            'These differ, so differences between the numbers need not be those of the servers:',
            'warning',
          ),
          ...listBlock(differences),
        ]),
    ...listBlock([...statements.slice(0, -1), ...[a, b].flatMap(doubts)]),
  ]);
}

function doubts({ result: { trials, interrupted } }: NamedResult, i: number): string[] {
  const doubtful = trials.filter(isDoubtful).length;
  const name = i === 0 ? 'A' : 'B';
  return [
    ...(interrupted ? [`${name} was interrupted: its results are partial.`] : []),
    ...(doubtful > 0
      ? [`${name}: ${doubtful} of ${formatPlural(trials.length, 'trial')} ${doubtful === 1 ? 'is' : 'are'} doubtful.`]
      : []),
  ];
}

function changes(scenarios: readonly NamedScenario[]): Block[] {
  return scenarios.flatMap((scenario) => [
    ...changeCharts(scenario).map(chartBlock),
    ...tableBlock(pairTable(scenario.either, scenario.rows)),
  ]);
}

function named(scenarios: readonly PairedScenario[]): NamedScenario[] {
  const names = scenarioNames(scenarios.map(({ either }) => either));
  return scenarios.map((scenario, i) => ({
    ...scenario,
    name: scenarios.length > 1 ? (names[i] ?? '') : '',
    id: `${i + 1}-${slug(names[i] ?? '')}`,
  }));
}
