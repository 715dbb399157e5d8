import type { Fleet } from '../../fleet/controller/open-fleet.ts';
import type { LoadPlan } from '../../load/generator.ts';
import { nowNanos } from '../../measure/clock.ts';
import { AgentError } from '../../model/errors.ts';
import type { AgentLoadRecord } from '../../model/fleet.ts';
import { ECHO, echoPlan, withAgents } from './agent-processes.ts';

/** When the agents of one start handed their first requests to the kernel: the first and the last of them. */
export interface Start {
  /** By the controller's estimates of their clocks, as results store it. */
  readonly estimatedSpreadMicros: number;
  /** By the one clock of this machine. It includes the errors of those estimates. */
  readonly trueSpreadMicros: number;
  /** The last one after the planned start, by that clock. */
  readonly latestMicros: number;
  /** Largest uncertainty of a clock. */
  readonly uncertaintyMicros: number;
}

/** Loads whose starts are measured. At a rate, the start is that of the schedule: arrivals are spread over threads. */
export const startLoads = ['closed', 'rate'] as const;
export type StartLoad = (typeof startLoads)[number];

const WARMUP_MS = 100;
const MEASURED_MS = 100;
const RATE = { profile: { start: 4000, stages: [], holdMs: 0 }, arrivals: 'constant' } as const;

/** Starts to measure. */
export interface StartsPlan {
  /** URL of a NATS server. */
  readonly url: string;
  /** Port of an echo server. */
  readonly port: number;
  readonly agents: number;
  /** Of all agents together. */
  readonly connections: number;
  readonly starts: number;
}

/** Starts loads, one after the other, by agents that are processes of this machine, with one thread each. */
export function measureStarts(
  { url, port, agents, connections, starts }: StartsPlan,
  load: StartLoad,
  started: (start: Start) => void,
): Promise<Start[]> {
  const setting = { url, processes: agents, agentsEach: 1, loads: 'real', cpus: [], threads: agents } as const;
  const plan = echoPlan(port, connections, { timestamps: 'kernel', arrivals: load === 'rate' ? RATE : null });
  return withAgents(setting, async (fleet) => {
    const all: Start[] = [];
    for (let i = 0; i < starts; i++) {
      const start = await startOnce(fleet, plan);
      started(start);
      all.push(start);
    }
    return all;
  });
}

async function startOnce(fleet: Fleet, plan: LoadPlan): Promise<Start> {
  const generator = fleet.start(plan, ECHO);
  try {
    const { answered } = await generator.opened();
    if (answered < plan.point.connections) throw new AgentError(`only ${answered} connections were answered`);
    const begin = nowNanos() + generator.aheadNanos;
    const warmupEnd = begin + WARMUP_MS * 1e6;
    const measureEnd = warmupEnd + MEASURED_MS * 1e6;
    generator.go({ begin, warmupEnd, measureEnd, drainEnd: measureEnd + 1e9 });
    const { agents = [] } = await generator.finished();
    return startOf(agents);
  } finally {
    await generator.stop();
  }
}

/** Compares the first requests of agents whose clock is that of the controller. */
export function startOf(agents: readonly Pick<AgentLoadRecord, 'startLagMicros' | 'clock'>[]): Start {
  const estimated = agents.map(({ startLagMicros }) => startLagMicros);
  // An agent's offset is the error of its estimate, because there is only one clock.
  const actual = agents.map(({ startLagMicros, clock }) => startLagMicros + clock.offsetMicros);
  return {
    estimatedSpreadMicros: Math.max(...estimated) - Math.min(...estimated),
    trueSpreadMicros: Math.max(...actual) - Math.min(...actual),
    latestMicros: Math.max(...actual),
    uncertaintyMicros: Math.max(...agents.map(({ clock }) => clock.uncertaintyMicros)),
  };
}
