import { CHECK_SCHEMA, type CheckResult } from './check-result.ts';
import type { Environment, Plan, Result } from './result.ts';

/**
 * What the numbers of a run depend on besides its load, as texts by their names in messages: the machine, and how it was
 * measured. Only runs with equal conditions are compared over time.
 */
export type Conditions = Readonly<Record<string, string>>;

/** Digits of a hash that are shown. */
const SHORT_HASH = 12;

/** Returns the conditions of a saved run. */
export function conditionsOf(saved: Result | CheckResult): Conditions {
  const plan = saved.schema === CHECK_SCHEMA ? checkPlan(saved.plan) : trialsPlan(saved.plan);
  return { ...machine(saved.environment), ...plan, ...placement(saved.plan) };
}

/** Returns what changed from one run to another: `kernel 6.1 → 6.8`. */
export function changedConditions(before: Conditions, after: Conditions): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [from = 'none', to = 'none'] = [before[name], after[name]];
    return from === to ? [] : [`${name} ${from} → ${to}`];
  });
}

/** Of kernel and Node, only the release line counts: patches are installed often, and change numbers rarely. */
function machine({ cpuModel, cpus, kernel, node, governor, virtualized }: Environment): Conditions {
  return {
    'CPU model': cpuModel,
    CPUs: String(cpus),
    kernel: /\d+\.\d+/.exec(kernel)?.[0] ?? kernel,
    Node: /\d+/.exec(node)?.[0] ?? node,
    governor: governor ?? 'none',
    'virtual machine': virtualized ? 'yes' : 'no',
  };
}

function placement({ serverCpus, loadCpus }: Pick<Plan, 'serverCpus' | 'loadCpus'>): Conditions {
  return { 'CPUs for servers': serverCpus.join(',') || 'any', 'CPUs for the load': loadCpus.join(',') || 'any' };
}

function trialsPlan(plan: Plan): Conditions {
  const {
    durationSeconds,
    warmupSeconds,
    timeoutSeconds,
    requests,
    timestamps = 'user',
    threads,
    agents,
    servedOn,
    capacity,
  } = plan;
  return {
    'duration in seconds': String(durationSeconds),
    'warm-up in seconds': String(warmupSeconds),
    'time-out in seconds': String(timeoutSeconds ?? 'none'),
    'number of requests': String(requests ?? 'none'),
    timestamps,
    'generator threads': String(threads),
    ...(agents && { agents: String(agents.length) }),
    ...(servedOn && { 'machine of the servers': servedOn.name }),
    ...(capacity && { 'confirmation in seconds': String(capacity.confirmSeconds) }),
  };
}

/** Over HTTP, another page is another amount of work. */
function checkPlan({ windowMs, page, agents, servedOn }: CheckResult['plan']): Conditions {
  return {
    'window in ms': String(windowMs),
    ...(agents && { agents: String(agents.length) }),
    ...(servedOn && { 'machine of the servers': servedOn.name }),
    ...(page !== undefined && { page: page.slice(0, SHORT_HASH) }),
  };
}
