import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../bench/measure/histogram.ts';
import { summarizeLatency } from '../../bench/measure/latency.ts';
import { type AgentLoadRecord, agentLoadSchema } from '../../bench/model/fleet.ts';
import { resultSchema } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { agentsText } from '../../reports/renderers/agents.ts';
import { environmentSection } from '../../reports/sections/environment.ts';
import { measuringCommand } from '../../reports/sections/reproduction/measuring-command.ts';
import { agentLoadsTable } from '../../reports/tables/details/agents.ts';
import { lossesTable } from '../../reports/tables/losses.ts';
import { runHeading } from '../../reports/text/run-heading.ts';

function load(name: string, given: Partial<AgentLoadRecord> = {}): AgentLoadRecord {
  const response = new Histogram();
  response.record(1000);
  response.record(1000);
  return agentLoadSchema.parse({
    ...{
      agent: name,
      name,
      labels: {},
      threads: 2,
      connections: 5,
      clock: { offsetMicros: -3, uncertaintyMicros: 40 },
    },
    ...{ startLagMicros: 12, requestsPerSecond: 1000, cpuSeconds: 0.5, utilization: 0.25, saturated: false },
    requests: { sent: 2, completed: 2, timedOut: 0, errors: 0, corrupted: 0, dropped: 0 },
    latencyMicros: { response: summarizeLatency(response) },
    ...given,
  });
}

function trialOf(...agents: AgentLoadRecord[]): Trial {
  return { agents } as unknown as Trial;
}

const rowsOf = (trials: readonly Trial[]) =>
  agentLoadsTable(trials)?.groups.flatMap(({ rows }) => rows.map((row) => row.map(({ text }) => text)));

describe('the table of agents', () => {
  test('has a row for each agent, over all rounds: medians, the sum of errors, the worst start', () => {
    const requests = { sent: 4, completed: 2, timedOut: 1, errors: 0, corrupted: 0, dropped: 1 };
    const trials = [
      trialOf(load('one'), load('two', { requests })),
      trialOf(load('one', { startLagMicros: 900 }), load('two', { requests, requestsPerSecond: 3000 })),
    ];
    expect(rowsOf(trials)).toEqual([
      ['one', '2', '5', '1.00k', '1.00', '0', '25', '900', '40.0'],
      ['two', '2', '5', '2.00k', '1.00', '4', '25', '12.0', '40.0'],
    ]);
  });

  test('warns of a saturated agent', () => {
    const table = agentLoadsTable([trialOf(load('one', { utilization: 0.97, saturated: true }))]);
    expect(table?.groups[0]?.rows[0]?.find(({ text }) => text === '97')?.tone).toBe('warning');
  });

  test('is missing without agents', () => {
    expect(agentLoadsTable([{} as Trial])).toBeNull();
  });
});

test('the list of agents has their clocks, and what disturbs them', () => {
  const finding = { what: 'load average', found: '9', verdict: 'note' as const, advice: 'wait' };
  const listed = {
    ...{
      protocol: 1 as const,
      agent: 'a'.repeat(16),
      name: 'one',
      labels: { zone: 'a' },
      state: 'busy' as const,
      cpus: 4,
    },
    ...{ kernel: '6.1', node: '20', version: '0.1.0', openFiles: 1024, targets: ['10.0.0.7:80'], findings: [finding] },
    clock: { offsetNanos: 1500, uncertaintyNanos: 40_000, roundTripNanos: 80_000 },
  };
  const text = agentsText([listed], 100, false);
  expect(text).toMatch(/one\s+zone=a\s+busy\s+4\s+80\.0\s+1\.50\s+40\.0\s+10\.0\.0\.7:80/);
  expect(text).toContain('one: load average: 9; wait');
  expect(agentsText([], 100, false)).toContain('There are no agents');
});

describe('a result of servers on another machine', () => {
  const golden = resultSchema.parse(JSON.parse(readFileSync('tests/golden/bench.json', 'utf8')));
  const servedOn = { name: 'host7', cpus: 64, kernel: '6.8', node: '22.1.0' };
  const models = [...golden.plan.models, 'web'];
  const result = { ...golden, plan: { ...golden.plan, models, servedOn, agents: ['one'] } };

  test('names the machine', () => {
    expect(runHeading(result).join(' ')).toMatch(/load from 1 agent; servers on host7 \(64 CPUs, 6\.8\); seed/);
    const text = JSON.stringify(environmentSection(result));
    expect(text).toContain('host7: 64 CPUs, 6.8, Node.js 22.1.0');
  });

  test('is measured again there, with the commands of its owner by their names', () => {
    const { words = [] } = measuringCommand(result) ?? {};
    expect(words).toEqual(expect.arrayContaining(['--serve-on', 'host7', '--serve-command', 'web', '--agents', '1']));
  });
});

test('the table of losses counts tries, and shows the slowest', () => {
  const tried = (stoppedMs: number | null, faults: string[] = [], left = 0) => ({
    ...{ stoppedMs, faults, left, wasWhole: false },
  });
  const tries = [tried(900), tried(1200), tried(1100, ['it said nothing'], 2)];
  const { groups } = lossesTable([
    { name: 'agent killed', tries },
    { name: 'agent asked to end', tries: [tried(null)] },
  ]);
  const texts = groups[0]?.rows.map((row) => row.map(({ text }) => text));
  expect(texts).toEqual([
    ['agent killed', '3', '2', '0', '1100', '1200', '2'],
    ['agent asked to end', '1', '1', '0', '–', '–', '0'],
  ]);
});
