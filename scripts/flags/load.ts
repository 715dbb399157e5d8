import { randomInt } from 'node:crypto';
import { appsFor, speaksHttp, workloadOf } from '../../bench/model/app-workload.ts';
import { type RunConfiguration, timestampSources } from '../../bench/model/configuration.ts';
import { parseSizes } from '../../bench/model/message-sizes.ts';
import { arrivals, connectionUses, type Workload, workloads } from '../../bench/model/operating-point.ts';
import { parseCacheHit, parseWork, type RequestWork } from '../../bench/model/request-work.ts';
import { parseStages, stagesDurationMs } from '../../bench/model/stage.ts';
import { parseCpus, parseDuration, parseInteger, parseRate } from '../../bench/model/units.ts';
import { type AppName, appNames, DEFAULT_APP } from '../../servers/apps/catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Flags } from '../cli/flags.ts';
import type { loadOptions, workOptions } from './options.ts';

const SEEDS = 2 ** 32;

/** Time limit of a run with --requests and without --duration. */
const REQUESTS_LIMIT_MS = 3_600_000;

type Load = Pick<
  RunConfiguration,
  | 'app'
  | 'workload'
  | 'connection'
  | 'sizes'
  | 'pipelining'
  | 'deflate'
  | 'rate'
  | 'arrivals'
  | 'stages'
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

/** Flags of the commands that measure: {@link loadOptions}, and flags whose defaults differ between commands. */
type LoadFlags = Flags<
  typeof loadOptions & {
    readonly app: { readonly type: 'string' };
    readonly duration: { readonly type: 'string'; readonly default: string };
  }
>;

/** Reads the flags that describe the load. @param spoken the app that the target's URL names, if any. */
export function readLoad(flags: LoadFlags, spoken?: AppName): Load {
  const time = readTime(flags);
  const workload = readWorkload(flags, spoken);
  return {
    ...time,
    ...workload,
    connection: flags.choice('connection', 'use of connections', namesOf(connectionUses)) ?? 'pooled',
    pipelining: flags.value('pipelining', parseInteger),
    deflate: flags.has('deflate'),
    rate: flags.value('rate', parseRate) ?? null,
    arrivals: flags.choice('arrivals', 'kind of arrivals', namesOf(arrivals)) ?? 'constant',
    timestamps: readTimestamps(flags, workload.app),
    threads: flags.value('threads', parseInteger) ?? null,
    seed: flags.value('seed', parseSeed) ?? chosenSeed(),
    timeoutMs: flags.value('timeout', parseDuration),
    openTimeoutMs: flags.value('open-timeout', parseDuration),
    serverCpus: flags.value('server-cpus', parseCpus) ?? null,
    loadCpus: flags.value('load-cpus', parseCpus) ?? null,
  };
}

/** Reads app, workload and message sizes. When only app or workload is given, the other follows from it. */
function readWorkload(flags: LoadFlags, spoken?: AppName): Pick<Load, 'app' | 'workload' | 'sizes'> {
  const wished = flags.choice('workload', 'workload', namesOf(workloads));
  const app = flags.choice('app', 'app', appNames) ?? spoken ?? (wished && appsFor(wished)[0]) ?? DEFAULT_APP;
  const workload = wished ?? workloadOf(app) ?? 'request-response';
  return { app, workload, sizes: flags.value('size', parseSizes) };
}

/** Refuses --size where it has no effect. @param load the load, with all transports of the run. */
export function assertSizeTells(
  flags: LoadFlags,
  { app, workload, transports }: Pick<RunConfiguration, 'app' | 'workload' | 'transports'>,
): void {
  if (!flags.isGiven('size')) return;
  const reason = whySizeless(app, workload, transports);
  if (reason !== undefined) flags.refuse(`--size: ${reason}: leave it out`);
}

function whySizeless(app: AppName, workload: Workload, transports: readonly TransportName[]): string | undefined {
  if (speaksHttp(app)) return 'an HTTP server chooses how long its pages are';
  if (workload === 'download') return 'in a download the server chooses how much it sends at once';
  if (workload === 'handshake') return 'a handshake sends no messages';
  if (workload === 'upload' && !transports.includes('udp')) return 'a TCP upload is a stream without messages';
  return undefined;
}

/** Reads the work that a request costs the server; null when there is none. */
export function readWork(flags: Flags<typeof workOptions>): RequestWork | null {
  const work = flags.value('work', parseWork) ?? null;
  const cacheHit = flags.value('cache-hit', parseCacheHit);
  if (cacheHit !== undefined && !flags.isGiven('work'))
    flags.refuse('--cache-hit: there is no work to skip: add --work');
  return work && { ...work, cacheHit: cacheHit ?? 0 };
}

/** Reads --timestamps. Default: kernel, or user over HTTP, whose client cannot use kernel timestamps. */
function readTimestamps(flags: LoadFlags, app: AppName): Load['timestamps'] {
  const chosen = flags.choice('timestamps', 'source of timestamps', namesOf(timestampSources)) ?? 'kernel';
  return speaksHttp(app) && !flags.isGiven('timestamps') ? 'user' : chosen;
}

/** Reads how long the load lasts and how it changes: stages, or else a duration, a number of requests or both. */
function readTime(flags: LoadFlags): Pick<Load, 'stages' | 'requests' | 'durationMs'> {
  const given = flags.value('duration', parseDuration);
  const stages = flags.value('stage', parseStages) ?? [];
  const requests = flags.value('requests', parseInteger) ?? null;
  if (stages.length > 0 && flags.isGiven('duration')) {
    flags.refuse('--duration: the stages set the duration: leave out one of them');
  }
  if (stages.length > 0) return { stages, requests, durationMs: stagesDurationMs(stages) };
  const limited = requests !== null && !flags.isGiven('duration');
  return { stages, requests, durationMs: limited ? REQUESTS_LIMIT_MS : given };
}

function namesOf<N extends string>(catalog: Readonly<Record<N, unknown>>): readonly N[] {
  return Object.keys(catalog) as N[];
}

/** Returns a random seed, for when the user gives none. */
export function chosenSeed(): number {
  return randomInt(SEEDS);
}

/** Parses a seed, from 0 to 2^32 - 1. @throws {RangeError} */
export function parseSeed(text: string): number {
  const seed = parseInteger(text);
  if (seed >= SEEDS) throw new RangeError(`'${text}' is not a seed from 0 to ${SEEDS - 1}`);
  return seed;
}
