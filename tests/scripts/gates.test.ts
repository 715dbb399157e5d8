import { expect, test } from 'vitest';
import * as z from 'zod';
import { gatedMetrics } from '../../bench/stats/gated-metrics.ts';
import { parsed, text } from '../../scripts/cli/flag-types.ts';
import { readFlags } from '../../scripts/cli/flags.ts';
import { parseGates, readGates } from '../../scripts/flags/gates.ts';

const schema = z.strictObject({ gate: parsed(parseGates).optional(), baseline: text().optional() });
const gates = (...given: string[]) =>
  readGates(readFlags(schema, { _: [], ...(given.length > 0 && { gate: given[0] }) })).map(({ metric }) => metric);

test('default gates are all metrics', () => {
  expect(gates()).toEqual(['throughput', 'cpu', 'p50', 'p99']);
  expect(gates('p99')).toEqual(['p99']);
});

test('default gates against recorded runs exclude p99', () => {
  const flags = readFlags(schema, { _: [], baseline: 'runs.json' });
  expect(readGates(flags).map(({ metric }) => metric)).toEqual(['throughput', 'cpu', 'p50']);
});

test('margins are read as a tolerated and a detected change', () => {
  expect(parseGates('throughput,cpu=2%/8%,p50=1.5/10%')).toEqual([
    { metric: 'throughput', margins: gatedMetrics.throughput },
    { metric: 'cpu', margins: { tolerated: 0.02, detected: 0.08 } },
    { metric: 'p50', margins: { tolerated: 0.015, detected: 0.1 } },
  ]);
  expect(() => parseGates('cpu=5%')).toThrow('needs margins such as 1%/5%');
  expect(() => parseGates('p95')).toThrow("unknown metric 'p95'");
});
