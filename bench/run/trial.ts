import type { WorkSpec } from '../../servers/work/spec.ts';
import { formatAddress } from '../../sockets/address.ts';
import { SystemError } from '../../sockets/errors/errno.ts';
import { Generator } from '../load/generator.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { OpeningReport } from '../load/thread-report.ts';
import { nowNanos } from '../measure/clock.ts';
import { balanceOf, type RunConfiguration } from '../model/configuration.ts';
import { TargetError } from '../model/errors.ts';
import type { Phase } from '../model/event.ts';
import { largestSize } from '../model/message-sizes.ts';
import { growsInStages, mostConnections } from '../model/operating-point.ts';
import { parseWork } from '../model/request-work.ts';
import type { Trial } from '../model/trial.ts';
import { follow, until } from './following.ts';
import { planLoad, recipeOf, streamKeyOf } from './load-plan.ts';
import type { Sample } from './observer.ts';
import { opened } from './opening.ts';
import type { Placement } from './placement.ts';
import type { TrialSpec } from './planner.ts';
import { Readings } from './readings.ts';
import type { RunningTarget } from './running-target.ts';
import { askAutocannon, autocannonLoad, inTurns } from './second-opinion.ts';
import { startTarget } from './start-target.ts';
import { recordTrial } from './trial-record.ts';
import { judgeTrial } from './validity.ts';
import { whileRunning } from './while-running.ts';

/** Watches one trial: receives each phase, the generator once it exists, and each second measured. */
export interface TrialObserver {
  phase(phase: Phase): void;
  loading(generator: LoadGenerator): void;
  sampled(sample: Sample): void;
}

/**
 * Runs one trial: starts a new server at one operating point, opens connections, warms up, measures, drains and stops.
 * @throws {TargetError} when the target does not start, does not answer or dies; it is stopped then, too.
 */
export async function runTrial(
  spec: TrialSpec,
  configuration: RunConfiguration,
  placement: Placement,
  observer: TrialObserver,
  signal: AbortSignal,
): Promise<Trial> {
  observer.phase('starting');
  const policy = balanceOf(spec.target, configuration);
  const connections = mostConnections(spec);
  const options = {
    transport: spec.transport,
    app: spec.app,
    work: workSpecOf(spec),
    cpus: placement.serverCpus.slice(0, spec.cpus),
    signal,
    streamKey: streamKeyOf(spec, configuration),
    ...(configuration.fleet && { host: configuration.fleet.listenOn }),
    ...(policy !== undefined && { balance: policy }),
  };
  const starting = startTarget(spec.target, options, placement.host && { host: placement.host, connections });
  return whileRunning(starting, async (target) => {
    const over = new AbortController();
    const ended = Promise.race([target.died, aborted(signal, over.signal)]);
    // Each load reports it while it runs.
    ended.catch(() => undefined);
    const plan = planLoad(spec, configuration, placement, target);
    const { source } = placement;
    const start = () => source?.start(plan, recipeOf(spec, configuration, target)) ?? new Generator(plan);
    const measureHere = (isFresh: boolean) =>
      loadTarget(spec, configuration, { target, ended, isFresh, start }, observer);
    try {
      if (configuration.secondEngine === undefined) return await measureHere(true);
      return await inTurns(spec.round, measureHere, () => {
        observer.phase('second opinion');
        return askAutocannon(autocannonLoad(plan, configuration), placement.loadCpus, ended);
      });
    } finally {
      over.abort();
    }
  });
}

/** A target that runs, and the load to put on it. */
interface LoadedTarget {
  readonly target: RunningTarget;
  /** Rejects when the target ends or the run is aborted. */
  readonly ended: Promise<never>;
  /** Whether the target has had no load before. */
  readonly isFresh: boolean;
  /** Starts the load, which opens its connections. */
  start(): LoadGenerator;
}

/** Opens connections to a target, warms up, measures, drains and closes them. */
async function loadTarget(
  spec: TrialSpec,
  configuration: RunConfiguration,
  { target, ended, isFresh, start }: LoadedTarget,
  observer: TrialObserver,
): Promise<Trial> {
  const readings = await Promise.race([Readings.begin(target), ended]);
  return whileRunning(start(), async (generator) => {
    observer.loading(generator);
    try {
      const parts = { target, generator, readings, isFresh };
      return await Promise.race([measure(spec, configuration, parts, observer), ended, generator.broken]);
    } finally {
      observer.phase('stopping');
    }
  });
}

/** Returns the work for the server to do for each request; undefined when there is none. */
function workSpecOf({ work, cacheHit, transport, sizes }: TrialSpec): WorkSpec | undefined {
  if (work === null) return undefined;
  return { parts: parseWork(work), cacheHit, requestBytes: transport !== 'udp' ? largestSize(sizes) : null };
}

/** What takes part in a trial. */
interface Parts {
  readonly target: RunningTarget;
  readonly generator: LoadGenerator;
  readonly readings: Readings;
  readonly isFresh: boolean;
}

async function measure(
  spec: TrialSpec,
  configuration: RunConfiguration,
  { target, generator, readings, isFresh }: Parts,
  observer: TrialObserver,
): Promise<Trial> {
  observer.phase('opening');
  const opening = await opened(spec, target, generator);
  if (opening.answered === 0) throw unanswered(target, opening, spec, configuration);
  // After another load, the memory that its connections took may not have been returned.
  if (isFresh) await readings.opened(spec, opening);

  // Without a warm-up, requests that complete before this thread reads the count are already measured.
  const beforeBegin = generator.completed();
  // For the same reason, processes that may end then are watched from here on.
  const clientsStay = spec.connection === 'pooled' && !growsInStages(spec);
  if (configuration.warmupMs === 0) target.watch(clientsStay);
  const begin = nowNanos() + generator.aheadNanos;
  const warmupEnd = begin + configuration.warmupMs * 1e6;
  const measureEnd = warmupEnd + configuration.durationMs * 1e6;
  // The drain lasts until every request was answered or has timed out.
  const drainEnd = measureEnd + configuration.timeoutMs * 1e6;
  observer.phase('warming up');
  generator.go({ begin, warmupEnd, measureEnd, drainEnd });
  await until(warmupEnd);
  await generator.settled(0);
  if (configuration.warmupMs > 0) target.watch(clientsStay);
  const before = configuration.warmupMs === 0 ? beforeBegin : generator.completed();
  await readings.startMeasuring(before);
  observer.phase('measuring');
  const course = await follow(generator, warmupEnd, measureEnd, before, (sample) => observer.sampled(sample));
  await readings.stopMeasuring(generator.completed());
  observer.phase('draining');
  const load = await generator.finished();
  const lostProcesses = await target.lost();
  const measured = recordTrial(spec, configuration, {
    ...course,
    opening,
    load,
    threads: generator.threads,
    server: await readings.server(),
    kernel: readings.kernel,
    droppedByServer: await readings.droppedByServer(),
    lostProcesses,
  });
  return { ...measured, validity: judgeTrial(measured) };
}

function unanswered(
  target: RunningTarget,
  opening: OpeningReport,
  { app, exchange }: TrialSpec,
  configuration: RunConfiguration,
): TargetError {
  const where = (target.members ?? [target]).map(({ address }) => formatAddress(address)).join(' and ');
  const { refusal, corruption, tls } = opening.examples ?? {};
  const reason = tls ?? refusal ?? corruption?.fault;
  if (opening.lastErrno !== 0) {
    const cause = new SystemError(opening.lastErrno, 'connect', where);
    return new TargetError(reason === undefined ? cause.message : `${cause.message}: ${reason}`, [], { cause });
  }
  const patience = `${configuration.openTimeoutMs} ms (--open-timeout)`;
  return new TargetError(
    opening.opened === 0
      ? `no connection to ${where} could be opened within ${patience}`
      : `${where} answered no request within ${patience}; does it serve ${exchange?.protocol ?? app}?${reason === undefined ? '' : ` (${reason})`}`,
  );
}

/** Returns a promise that rejects when the run is aborted, until the trial is over. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over });
  });
}
