import { appsSpeaking, workloadOf } from '../../../bench/model/app-workload.ts';
import { fixedSize } from '../../../bench/model/message-sizes.ts';
import type { Plan, Result } from '../../../bench/model/result.ts';
import { DEFAULT_APP } from '../../../servers/apps/app-catalog.ts';
import { DEFAULT_BALANCE } from '../../../servers/balance/policies.ts';
import { cpuList } from '../../text/run-heading.ts';
import { type CommandLine, type CommandPart, flag, joined, NO_CONFIG, NOTHING, unlessDefault } from './command-line.ts';
import { exchangeFlags } from './exchange-flags.ts';
import { namesTargets, targetFlags } from './target-flags.ts';
import { tlsFlags } from './tls-flags.ts';
import { writtenNumber, writtenSeconds, writtenShare, writtenSizes, writtenStages } from './written-amounts.ts';

/** Defaults of flags that `bench`, `run`, `scale` and `capacity` have in common. A test compares them. */
const USUAL = { timeoutSeconds: 2, openTimeoutSeconds: 3, sizes: writtenSizes(fixedSize(64)) };
/** What `--requests` without `--duration` allows. */
const REQUESTS_LIMIT_SECONDS = 3600;

export const HOST_NOTE = 'another machine started the servers: NATS_URL has to name the NATS server of its agent';
export const AGENTS_NOTE =
  'agents made the load: NATS_URL has to name their NATS server, and --listen-on an address that they reach';

/**
 * Returns the command that measures again what a result contains, with every flag that matters and the seed.
 * @returns undefined for a result that no command makes.
 */
export function measuringCommand(result: Result): CommandLine | undefined {
  const { plan } = result;
  const command = COMMANDS[plan.command];
  if (command === undefined) return undefined;
  const parts = joined(
    { words: ['sockbench', plan.command], notes: [] },
    command(result),
    timing(plan),
    placement(plan),
  );
  return joined(parts, flag('seed', String(plan.seed)), NO_CONFIG);
}

const COMMANDS: Readonly<Record<string, (result: Result) => CommandPart>> = {
  run: ({ plan, thresholds = [] }) =>
    joined(
      targetFlags(plan, 'model'),
      transportFlag(plan),
      loadFlags(plan),
      flag('connections', plan.connections.join(',')),
      flag('rounds', String(plan.rounds)),
      ...[...new Set(thresholds.map(({ text }) => text))].map((text) => flag('threshold', text)),
      ...(plan.secondEngine === undefined ? [] : [flag('engine', plan.secondEngine)]),
    ),
  bench: ({ plan }) => joined(targetFlags(plan, 'models'), benchScenario(plan), rounds(plan)),
  scale: ({ plan }) =>
    joined(
      targetFlags(plan, 'models'),
      flag('transports', plan.transports.join(',')),
      loadFlags(plan),
      flag('connections', plan.connections.join(',')),
      cpusFlag(plan),
      rounds(plan),
    ),
  capacity: ({ plan }) =>
    joined(
      targetFlags(plan, 'models'),
      transportFlag(plan),
      loadFlags({ ...plan, rate: null, arrivals: null, stages: [] }),
      flag('connections', plan.connections.join(',')),
      searchFlags(plan),
    ),
};

/** Returns the scenario of `bench`: without flags of the load, it measures several. */
function benchScenario(plan: Plan): CommandPart {
  if (plan.scenarios !== undefined && plan.scenarios.length > 0) return NOTHING;
  return joined(
    flag('transports', plan.transports.join(',')),
    loadFlags(plan),
    flag('connections', plan.connections.join(',')),
  );
}

/** The URL of a target contains its transport. */
function transportFlag(plan: Plan): CommandPart {
  return namesTargets(plan) ? NOTHING : unlessDefault('transport', plan.transports.join(','), 'tcp');
}

function loadFlags(plan: Plan): CommandPart {
  const { app, workload, exchange, connection, pipelining, tls, sizes, rate, arrivals, stages } = plan;
  const isPlugIn = exchange?.protocol === 'plug-in';
  const isImplied =
    isPlugIn || (exchange?.protocol === 'http' && app === appsSpeaking('HTTP')[0]) || namesTargets(plan);
  return joined(
    isImplied ? NOTHING : unlessDefault('app', app, DEFAULT_APP),
    unlessDefault('workload', workload, workloadOf(app) ?? 'request-response'),
    ...(plan.work === null ? [] : [flag('work', plan.work)]),
    unlessDefault('cache-hit', plan.cacheHit, 0, writtenNumber),
    exchangeFlags(exchange, pathOf(plan)),
    tls === null ? NOTHING : tlsFlags(tls),
    sizes.length === 0 ? flag('size', String(plan.size)) : unlessDefault('size', writtenSizes(sizes), USUAL.sizes),
    unlessDefault('websocket-message', plan.websocketMessage, 'binary'),
    plan.deflate ? { words: ['--deflate'], notes: [] } : NOTHING,
    unlessDefault('connection', connection, 'pooled'),
    unlessDefault('pipelining', pipelining, 1),
    rate === null ? NOTHING : flag('rate', writtenNumber(rate)),
    rate === null || arrivals === null ? NOTHING : unlessDefault('arrivals', arrivals, 'constant'),
    stages.length === 0 ? NOTHING : flag('stage', writtenStages(stages)),
  );
}

/** Returns the path in the URL of an HTTP target; undefined for other targets. */
function pathOf({ models }: Plan): string | undefined {
  const url = models.find((name) => /^(https?|http\+unix):/.test(name));
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function rounds({ rounds, budgetSeconds }: Plan): CommandPart {
  if (budgetSeconds === undefined) return flag('rounds', String(rounds));
  return joined(flag('rounds', 'auto'), flag('budget', writtenSeconds(budgetSeconds)));
}

function cpusFlag({ cpus, scenarios = [] }: Plan): CommandPart {
  const all = [cpus, ...scenarios.map((scenario) => scenario.cpus)].filter((count) => count !== undefined);
  return all.length === 0 ? NOTHING : flag('cpus', all.join(','));
}

function searchFlags({ capacity }: Plan): CommandPart {
  if (capacity === undefined) return NOTHING;
  const { slos, mostErrors, startRate, confirmSeconds, budgetSeconds } = capacity;
  return joined(
    ...slos.map((text) => flag('slo', text)),
    flag('max-errors', writtenShare(mostErrors)),
    flag('start-rate', writtenNumber(startRate)),
    flag('confirm', writtenSeconds(confirmSeconds)),
    flag('budget', writtenSeconds(budgetSeconds)),
  );
}

/** Returns how long each trial lasts. Stages set the duration, and a number of requests may end it. */
function timing(plan: Plan): CommandPart {
  const { durationSeconds, warmupSeconds, requests, stages } = plan;
  const { timeoutSeconds = USUAL.timeoutSeconds, openTimeoutSeconds = USUAL.openTimeoutSeconds } = plan;
  const isOpen = requests !== null && durationSeconds === REQUESTS_LIMIT_SECONDS;
  return joined(
    requests === null ? NOTHING : flag('requests', String(requests)),
    isOpen || stages.length > 0 ? NOTHING : flag('duration', writtenSeconds(durationSeconds)),
    flag('warmup', writtenSeconds(warmupSeconds)),
    unlessDefault('timeout', timeoutSeconds, USUAL.timeoutSeconds, writtenSeconds),
    unlessDefault('open-timeout', openTimeoutSeconds, USUAL.openTimeoutSeconds, writtenSeconds),
  );
}

function placement({
  threads,
  serverCpus,
  loadCpus,
  timestamps = 'kernel',
  balance = DEFAULT_BALANCE,
  agents,
  servedOn,
}: Plan): CommandPart {
  return joined(
    servedOn === undefined ? NOTHING : { ...flag('serve-on', servedOn.name), notes: [HOST_NOTE] },
    unlessDefault('balance', balance, DEFAULT_BALANCE),
    unlessDefault('timestamps', timestamps, 'kernel'),
    threads > 0 ? flag('threads', String(threads)) : NOTHING,
    serverCpus.length === 0 ? NOTHING : flag('server-cpus', cpuList(serverCpus)),
    agents === undefined
      ? loadCpus.length === 0
        ? NOTHING
        : flag('load-cpus', cpuList(loadCpus))
      : { ...flag('agents', String(agents.length)), notes: [AGENTS_NOTE] },
  );
}
