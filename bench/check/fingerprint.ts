import { differing, machineDifferences } from '../model/comparability.ts';
import type { Environment } from '../model/result.ts';
import {
  BASELINE_SCHEMA,
  type BaselinePlan,
  planHash,
  REFERENCE,
  type StoredBaseline,
} from '../model/stored-baseline.ts';
import type { Placement } from '../run/placement.ts';
import { BASELINE_SESSIONS } from '../stats/baseline.ts';
import type { CheckPlan } from './plan.ts';
import { METHOD_VERSION } from './session.ts';

const PLAN = {
  app: 'app',
  exchange: 'requests',
  websocketMessage: 'type of WebSocket messages',
  transport: 'transport',
  connections: 'connections',
  sizes: 'sizes of messages',
  warmupMs: 'warm-up in ms',
  windowMs: 'window in ms',
  sessions: 'sessions',
  method: 'method of measuring',
  threads: 'generator threads',
  serverCpus: 'CPUs for servers',
  loadCpus: 'CPUs for the load',
} as const satisfies Partial<Record<keyof BaselinePlan, string>>;

const WHERE = ['when recorded', 'now'] as const;

/** Returns a baseline without runs: everything that runs must have in common to be comparable. */
export function emptyBaseline(
  { point, warmupMs, windowMs }: CheckPlan,
  { threads, serverCpus, loadCpus }: Placement,
  { cpuModel, cpus, kernel, node }: Environment,
): StoredBaseline {
  const { app, exchange, websocketMessage, transport, connections, sizes } = point;
  const plan = {
    ...{
      app,
      ...(exchange !== null && { exchange }),
      ...(websocketMessage === 'text' && { websocketMessage }),
      transport,
      connections,
      sizes: sizes.map(({ from, to, share }) => ({ from, to, share })),
      warmupMs,
      windowMs,
      sessions: BASELINE_SESSIONS,
      method: METHOD_VERSION,
    },
    ...{ threads, serverCpus: [...serverCpus], loadCpus: [...loadCpus] },
  };
  return {
    schema: BASELINE_SCHEMA,
    reference: REFERENCE,
    fingerprint: { cpuModel, cpus, kernel, node, planHash: planHash(plan, REFERENCE) },
    plan,
    runs: [],
  };
}

/**
 * Returns every field in which a stored baseline differs from the present one, with both values; empty when they are
 * comparable.
 */
export function fingerprintDifferences(stored: StoredBaseline, now: StoredBaseline): string[] {
  const [before, after] = [stored.fingerprint, now.fingerprint];
  const machine = machineDifferences(before, after, WHERE);
  if (before.planHash === after.planHash) return machine;
  const reference = (['model', 'version'] as const).map((field) =>
    differing(`${field} of the reference`, stored.reference[field], now.reference[field], WHERE),
  );
  const plan = (Object.keys(PLAN) as (keyof typeof PLAN)[]).map((field) =>
    differing(PLAN[field], stored.plan[field], now.plan[field], WHERE),
  );
  return [...machine, ...[...reference, ...plan].filter((difference) => difference !== undefined)];
}
