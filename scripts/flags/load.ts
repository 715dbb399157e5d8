import { appsFor, speaksHttp, workloadOf } from '../../bench/model/app-workload.ts';
import type { RunConfiguration, SingleTarget } from '../../bench/model/configuration.ts';
import type { Load, OperatingPoint } from '../../bench/model/operating-point.ts';
import { stagesDurationMs } from '../../bench/model/stage.ts';
import { type AppName, DEFAULT_APP } from '../../servers/apps/app-catalog.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { chosenSeed } from '../cli/seed.ts';
import { readExchange } from './exchange/read-exchange.ts';
import type { appFlag, loadFlags, workFlags } from './options.ts';

/** Time limit of a run with --requests and without --duration. */
const REQUESTS_LIMIT_MS = 3_600_000;

/** What the flags of a load describe: the load itself, and how it is measured. */
type MeasuredLoad = Omit<Load, 'tls'> &
  Pick<
    RunConfiguration,
    | 'exchangeWithSecrets'
    | 'requests'
    | 'durationMs'
    | 'timestamps'
    | 'threads'
    | 'seed'
    | 'timeoutMs'
    | 'openTimeoutMs'
    | 'serverCpus'
    | 'loadCpus'
  >;

/** Values of the flags of the commands that measure. */
type LoadFlags = Flags<Values<typeof loadFlags & typeof appFlag> & { readonly duration: number }>;

/** Reads the flags that describe the load. @param address the target, when it is a URL. */
export function readLoad(flags: LoadFlags, address?: Extract<SingleTarget, { kind: 'address' }>): MeasuredLoad {
  const { connection, pipelining, deflate, rate = null, threads, seed, size, timeout, timestamps } = flags.values;
  const { arrivals = rate === null ? null : 'constant' } = flags.values;
  const { 'websocket-message': websocketMessage, 'open-timeout': openTimeoutMs } = flags.values;
  const { 'server-cpus': serverCpus, 'load-cpus': loadCpus } = flags.values;
  const { app: needed, ...exchange } = readExchange(flags, address);
  return {
    ...readTime(flags),
    ...readWorkload(flags, address?.app ?? needed),
    ...exchange,
    ...{ connection, pipelining, websocketMessage, deflate, arrivals, sizes: size, rate, timestamps },
    ...{ threads: threads ?? null, seed: seed ?? chosenSeed(), timeoutMs: timeout, openTimeoutMs },
    ...{ serverCpus: serverCpus ?? null, loadCpus: loadCpus ?? null },
  };
}

/** Reads app and workload. When only one of them is given, the other follows from it. */
function readWorkload({ values }: LoadFlags, spoken?: AppName): Pick<Load, 'app' | 'workload'> {
  const requested = values.workload;
  const app = values.app ?? spoken ?? (requested && appsFor(requested)[0]) ?? DEFAULT_APP;
  return { app, workload: requested ?? workloadOf(app) ?? 'request-response' };
}

type SizedLoad = Pick<RunConfiguration, 'app' | 'exchange' | 'workload' | 'transports'>;

/** Refuses --size where it has no effect. @param load the load, with all transports of the run. */
export function assertSizeApplies(flags: LoadFlags, load: SizedLoad): void {
  if (!flags.isChosen('size')) return;
  const reason = whySizeless(load);
  if (reason !== undefined) flags.refuse(`--size: ${reason}: leave it out`);
}

/** Returns why the size of messages cannot be chosen; undefined when it can. */
export function whySizeless({ app, exchange, workload, transports }: SizedLoad): string | undefined {
  if (exchange?.protocol === 'script') return 'the script contains all bytes of a request';
  if (exchange?.protocol === 'redis') {
    return exchange.commands.includes('{value}') ? undefined : 'no command of --redis-commands contains {value}';
  }
  if (speaksHttp(app)) return 'an HTTP server chooses how long its pages are';
  if (workload === 'download') return 'in a download the server chooses how much it sends at once';
  if (workload === 'handshake') return 'a handshake sends no messages';
  if (workload === 'upload' && !transports.includes('udp')) return 'a TCP upload is a stream without messages';
  return undefined;
}

/** Reads the work that a request costs the server, and the share of requests that skip it. */
export function readWork(flags: Flags<Values<typeof workFlags>>): Pick<OperatingPoint, 'work' | 'cacheHit'> {
  const { work = null, 'cache-hit': cacheHit = 0 } = flags.values;
  if (flags.isGiven('cache-hit') && !flags.isGiven('work'))
    flags.refuse('--cache-hit: there is no work to skip: add --work');
  return { work, cacheHit };
}

/** Reads how long the load lasts and how it changes: stages, or else a duration, a number of requests or both. */
function readTime(flags: LoadFlags): Pick<MeasuredLoad, 'stages' | 'requests' | 'durationMs'> {
  const { duration, stage: stages, requests = null } = flags.values;
  if (stages.length > 0 && flags.isGiven('duration')) {
    flags.refuse('--duration: the stages set the duration: leave out one of them');
  }
  if (stages.length > 0) return { stages, requests, durationMs: stagesDurationMs(stages) };
  const limited = requests !== null && !flags.isGiven('duration');
  return { stages, requests, durationMs: limited ? REQUESTS_LIMIT_MS : duration };
}
