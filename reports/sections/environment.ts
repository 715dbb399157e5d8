import type { CheckResult } from '../../bench/model/check-result.ts';
import type { Plan, Result } from '../../bench/model/result.ts';
import type { Section } from '../document/report-document.ts';
import { formatBytes, NONE } from '../text/quantities.ts';
import { cpuList } from '../text/run-heading.ts';
import { cell, type Table } from '../text/table.ts';
import { section, tableBlock } from './blocks.ts';
import { instant } from './times.ts';

/** What was the machine, and how it was used: a line each. */
type Facts = readonly (readonly [name: string, value: string])[];

/** Returns the machine on which a result was measured. */
export function environmentSection(result: Result | CheckResult): Section[] {
  const rows = factsOf(result).map(([name, value]) => [cell(name), cell(value)]);
  const table: Table = {
    title: 'Where and when it was measured',
    columns: [
      { title: '', align: 'left' },
      { title: '', align: 'left', wraps: true },
    ],
    groups: [{ label: null, rows }],
  };
  return section('environment', 'Environment', tableBlock(table));
}

/** Returns the machines of two results side by side, what differs first. */
export function environmentsTable(a: Result, b: Result): Table {
  const [ofA, ofB] = [a, b].map((result) => new Map(factsOf(result))) as [Map<string, string>, Map<string, string>];
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])];
  const both = names.map((name) => ({ name, a: ofA.get(name) ?? NONE, b: ofB.get(name) ?? NONE }));
  const rows = both.map((fact) => {
    const tone = fact.a === fact.b ? 'plain' : 'warning';
    return [cell(fact.name), cell(fact.a, tone), cell(fact.b, tone)];
  });
  const differs = (row: (typeof rows)[number]) => row[1]?.text !== row[2]?.text;
  return {
    title: 'Where and when they were measured',
    columns: [
      { title: '', align: 'left' },
      { title: 'A', align: 'left', wraps: true },
      { title: 'B', align: 'left', wraps: true },
    ],
    groups: [
      { label: 'differs', rows: rows.filter(differs) },
      { label: 'the same', rows: rows.filter((row) => !differs(row)) },
    ].filter(({ rows }) => rows.length > 0),
  };
}

function factsOf({ environment, plan, startedAt, finishedAt }: Result | CheckResult): Facts {
  const { cpuModel, cpus, memoryBytes, platform, arch, kernel, node, sockbench, governor, virtualized } = environment;
  const { commit } = environment;
  return [
    ['CPU', `${cpuModel}${virtualized ? ', virtual' : ''}`],
    ['CPUs that it could use', String(cpus)],
    ['CPU governor', governor ?? 'not known'],
    ['memory', formatBytes(memoryBytes)],
    ['system', `${platform} ${kernel} ${arch}`],
    ['Node.js', node],
    ['sockbench', sockbench],
    ...(commit === undefined ? [] : [['commit', commit] as const]),
    ...placementFacts(plan),
    ...('threads' in plan ? runFacts(plan as Plan) : []),
    ['seed', String(plan.seed)],
    ['started', instant(startedAt)],
    ['finished', finishedAt === null ? 'not yet, or it was ended' : instant(finishedAt)],
  ];
}

function placementFacts({ agents, serverCpus, loadCpus, ...plan }: (Result | CheckResult)['plan']): Facts {
  const { servedOn } = plan as Plan;
  return [
    servedOn
      ? ['machine of servers', `${servedOn.name}: ${servedOn.cpus} CPUs, ${servedOn.kernel}, Node.js ${servedOn.node}`]
      : ['CPUs of servers', cpuList(serverCpus)],
    agents ? ['agents of the load', agents.join(', ')] : ['CPUs of the load', cpuList(loadCpus)],
  ];
}

function runFacts({ threads, timestamps }: Pick<Plan, 'threads' | 'timestamps'>): Facts {
  return [
    ['threads of the load', String(threads)],
    ...(timestamps === undefined ? [] : [['timestamps of replies', timestamps] as const]),
  ];
}
