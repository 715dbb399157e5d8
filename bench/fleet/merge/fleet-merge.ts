import { type Latencies, type LoadReport, mergeLatencies, mergeReports, noLatencies } from '../../load/load-report.ts';
import type { ThreadReport } from '../../load/thread-report.ts';
import { latencyNames } from '../../load/threads/live.ts';
import { summarizeLatency } from '../../measure/latency.ts';
import { AgentError } from '../../model/errors.ts';
import type { AgentLoadRecord } from '../../model/fleet.ts';
import { SATURATED } from '../../model/trial.ts';
import type { ClockOffset } from '../clock/offset.ts';
import type { AgentCard } from '../model/agent-card.ts';
import type { FleetAssignment } from '../model/assignment.ts';
import type { Part } from '../model/part.ts';
import { connectionsOf } from '../schedule/shares.ts';
import { addDelta } from './histogram-delta.ts';

/** What was received of one agent. */
interface Received {
  readonly card: AgentCard;
  readonly assignment: FleetAssignment;
  readonly latencies: Latencies;
  threads: ThreadReport[];
  end: (Part & { readonly kind: 'end' }) | null;
}

/**
 * Merges what agents measured: counts are added, and buckets of histograms, so that percentiles are those of all requests
 * together. Averages of percentiles would be none of them.
 */
export class FleetMerge {
  readonly #received: ReadonlyMap<string, Received>;
  /** Of all agents, so that progress need not add up the histograms of each. */
  readonly #latencies = noLatencies();
  /** When the load was to begin, by this machine's clock. */
  #begin = 0;

  constructor(agents: readonly Pick<Received, 'card' | 'assignment'>[]) {
    this.#received = new Map(
      agents.map(({ card, assignment }) => [
        card.agent,
        { card, assignment, latencies: noLatencies(), threads: [], end: null },
      ]),
    );
  }

  /** The histograms of all agents together, as far as they were received; they grow. */
  get latencies(): Latencies {
    return this.#latencies;
  }

  /** Begins with nothing. @param nanos when the load is to begin, by this machine's clock. */
  begin(nanos: number): void {
    this.#begin = nanos;
    reset(this.#latencies);
    for (const received of this.#received.values()) {
      reset(received.latencies);
      Object.assign(received, { threads: [], end: null });
    }
  }

  /** Adds a part. Call it once for each. */
  add(agent: string, part: Part): void {
    const received = this.#received.get(agent);
    if (received === undefined) return;
    if (part.kind === 'latencies') {
      addDelta(received.latencies[part.name], part.delta);
      addDelta(this.#latencies[part.name], part.delta);
    } else if (part.kind === 'end') received.end = part;
    else received.threads.push(threadReport(part.report));
  }

  /**
   * Returns the sum of all agents.
   * @param offsets of their clocks.
   * @throws {AgentError} when something of an agent is missing.
   */
  report(offsets: ReadonlyMap<string, ClockOffset>): LoadReport {
    const all = [...this.#received.values()];
    for (const received of all) assertWhole(received);
    const merged = mergeReports(
      all.flatMap(({ threads }) => threads),
      mergeLatencies([this.#latencies]),
    );
    return { ...merged, agents: all.map((received) => this.#record(received, offsets)) };
  }

  #record(
    { card, assignment, latencies, threads }: Received,
    offsets: ReadonlyMap<string, ClockOffset>,
  ): AgentLoadRecord {
    const { offsetNanos = 0, uncertaintyNanos = 0 } = offsets.get(card.agent) ?? {};
    const load = mergeReports(threads, latencies);
    const { sent, completed, timedOut, errors, corrupted, dropped } = load.counts;
    const { response, scheduleLag } = load.latencies;
    const started = Math.min(...threads.map(({ startedNanos }) => startedNanos));
    return {
      agent: card.agent,
      name: card.name,
      labels: card.labels,
      threads: threads.length,
      connections: connectionsOf(assignment),
      clock: { offsetMicros: offsetNanos / 1e3, uncertaintyMicros: uncertaintyNanos / 1e3 },
      startLagMicros: (started - offsetNanos - this.#begin) / 1e3,
      requests: { sent, completed, timedOut, errors, corrupted, dropped },
      requestsPerSecond: load.requestsPerSecond,
      cpuSeconds: load.cpuSeconds,
      utilization: load.utilization,
      saturated: load.utilization > SATURATED,
      latencyMicros: {
        response: summarizeLatency(response),
        ...(scheduleLag.count > 0 && { scheduleLag: summarizeLatency(scheduleLag) }),
      },
    };
  }
}

function reset(latencies: Latencies): void {
  for (const name of latencyNames) latencies[name].reset();
}

function assertWhole({ card, latencies, threads, end }: Received): void {
  const differing = latencyNames.filter((name) => latencies[name].count !== end?.values[name]);
  if (end !== null && differing.length === 0 && threads.length === end.threads) return;
  const what = differing.length > 0 ? `its histograms (${differing.join(', ')})` : 'the reports of its threads';
  throw new AgentError(`agent ${card.name}: ${what} did not arrive whole; measure again`);
}

function threadReport({ gaps, ...report }: (Part & { readonly kind: 'thread' })['report']): ThreadReport {
  return { ...report, gaps: gaps === null ? null : Float64Array.from(gaps) };
}
