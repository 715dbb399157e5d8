import type { SocketAddress } from '../../../sockets/address.ts';
import { type LoadPlan, mostThreads } from '../../load/generator.ts';
import { ConfigurationError } from '../../model/errors.ts';
import type { FleetRequest } from '../../model/fleet.ts';
import type { LoadRecipe, LoadSource } from '../../run/load-source.ts';
import type { Bus } from '../bus/bus.ts';
import { connectToNats } from '../bus/nats-bus.ts';
import type { AgentCard } from '../model/agent-card.ts';
import type { FleetAssignment } from '../model/assignment.ts';
import { newRunId } from '../model/identity.ts';
import { reportSchema } from '../model/report.ts';
import { reportSubject } from '../model/subjects.ts';
import { WINDOW_AHEAD_MS } from '../model/timing.ts';
import { decode, encode, MAX_MESSAGE_BYTES } from '../model/wire.ts';
import { threadShares } from '../schedule/shares.ts';
import { chooseAgents, distinguished, isEnough } from './choose-agents.ts';
import { discover } from './discover.ts';
import { FleetGenerator } from './fleet-generator.ts';

/** How long to wait for a number of agents, and for all that there are. */
const NUMBER_LIMIT_MS = 5000;
const ALL_LIMIT_MS = 1500;
/** Bytes of a command besides its assignment. */
const ROOM = 1024;

/**
 * Connects to the NATS server and chooses agents.
 * @throws {ServiceError} when the server cannot be reached.
 * @throws {ConfigurationError} when there are too few agents.
 */
export async function openFleet(request: FleetRequest): Promise<Fleet> {
  const { server: url, credentials, tls, choice } = request;
  const bus = await connectToNats({ url, credentials, tls, name: 'sockbench controller', reconnects: false });
  try {
    const limitMs = choice.kind === 'number' ? NUMBER_LIMIT_MS : ALL_LIMIT_MS;
    const cards = await discover(bus, limitMs, (found) => isEnough(choice, found));
    return new Fleet(bus, distinguished(orFault(() => chooseAgents(choice, cards))), request);
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** Agents that make the loads of a run, one trial after the other. */
export class Fleet implements LoadSource {
  readonly agents: readonly AgentCard[];
  readonly #bus: Bus;
  readonly #request: Omit<FleetRequest, 'server' | 'credentials' | 'tls' | 'choice'>;
  readonly #run = newRunId();
  readonly #lead = { windowMs: WINDOW_AHEAD_MS };
  #trials = 0;
  /** The load of a trial, or several loads that take turns. */
  #current: readonly FleetGenerator[] = [];
  /** Why the agents cannot be reached any more. */
  #lost: string | undefined;

  constructor(
    bus: Bus,
    agents: readonly AgentCard[],
    request: Omit<FleetRequest, 'server' | 'credentials' | 'tls' | 'choice'>,
  ) {
    this.agents = agents;
    this.#bus = bus;
    this.#request = request;
    bus.subscribe(reportSubject(this.#run), ({ data }) => {
      const report = decode(reportSchema, data);
      if (report !== undefined) for (const generator of this.#current) generator.receive(report);
    });
    bus.onStatus(({ kind, message }) => {
      if (kind === 'restored') return;
      this.#lost ??= `${message}; the run ends, and what was measured before is saved`;
      for (const generator of this.#current) generator.disconnected(this.#lost);
    });
  }

  get machines(): string[] {
    return this.agents.map(({ name }) => name);
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** @throws {ConfigurationError} when there is less work than agents, or the target is none that agents can reach. */
  start(plan: LoadPlan, recipe: LoadRecipe): FleetGenerator {
    const { division, threads, maxClockErrorMs, silenceMs } = this.#request;
    const shares = orFault(() =>
      threadShares({
        cpus: this.agents.map(({ cpus }) => cpus),
        division,
        threads,
        most: mostThreads(plan),
      }),
    );
    const assigned = shares.map((share, i) => ({
      card: this.agents[i] as AgentCard,
      assignment: { ...assignmentOf(plan, recipe), share, silenceMs },
    }));
    assertFits(assigned.map(({ assignment }) => assignment));
    const key = { run: this.#run, trial: ++this.#trials };
    const generator = new FleetGenerator({
      ...{ bus: this.#bus, key, agents: assigned, silenceMs, maxClockErrorMs, lead: this.#lead },
    });
    this.#current = [...this.#current.filter(({ isOver }) => !isOver), generator];
    if (this.#lost !== undefined) generator.disconnected(this.#lost);
    return generator;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#current.map((generator) => generator.stop()));
    await this.#bus.close();
  }
}

function assignmentOf(
  plan: LoadPlan,
  { destinations, exchange }: LoadRecipe,
): Omit<FleetAssignment, 'share' | 'silenceMs'> {
  const { point, arrivals, levels, requests, isExact = false, streamKey, timestamps, timeoutMs, openTimeoutMs } = plan;
  const { windows = 1 } = plan;
  const { seed, round = 0, session, ordinal } = streamKey;
  const [destination] = destinations;
  if (destination === undefined || plan.selection !== undefined) {
    throw new ConfigurationError(['agents: they load one target: leave out --select']);
  }
  const message = {
    ...{ point, exchange, address: internetAddress(plan.address), destination, tls: plan.tls ?? null },
    ...{
      arrivals,
      levels,
      requests,
      isExact,
      streamKey: { seed, round, session, ordinal },
      timestamps,
      timeoutMs,
      openTimeoutMs,
    },
    ...(windows > 1 && { windows }),
  };
  // A copy as the agent gets it: without undefined properties.
  return JSON.parse(JSON.stringify(message)) as Omit<FleetAssignment, 'share' | 'silenceMs'>;
}

/** Refuses requests that do not fit into a message. */
function assertFits(assignments: readonly FleetAssignment[]): void {
  const bytes = Math.max(...assignments.map((assignment) => encode(assignment).length));
  if (bytes + ROOM < MAX_MESSAGE_BYTES) return;
  throw new ConfigurationError([
    `agents: the requests take ${bytes} bytes of a message, and agents read ${MAX_MESSAGE_BYTES - ROOM}: use smaller bodies`,
  ]);
}

function internetAddress(address: SocketAddress): FleetAssignment['address'] {
  if ('path' in address) throw new ConfigurationError(['agents: they use no Unix-domain sockets: leave out unix']);
  return { ...address };
}

function orFault<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigurationError([`agents: ${error.message}`], { cause: error });
    throw error;
  }
}
