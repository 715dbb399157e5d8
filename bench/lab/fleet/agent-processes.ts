import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onCpus } from '../../../sockets/os/cpu.ts';
import type { Bus } from '../../fleet/bus/bus.ts';
import { connectToNats } from '../../fleet/bus/nats-bus.ts';
import { discover } from '../../fleet/controller/discover.ts';
import { Fleet } from '../../fleet/controller/open-fleet.ts';
import type { LoadPlan } from '../../load/generator.ts';
import { operatingPoint } from '../../model/operating-point.ts';
import type { LoadRecipe } from '../../run/load-source.ts';

/** Agents to start on this machine. */
export interface AgentProcesses {
  /** URL of a NATS server without users. */
  readonly url: string;
  readonly processes: number;
  /** Agents in each process. */
  readonly agentsEach: number;
  /** What they run: what they are asked for, or loads without requests (simulated-load.ts). */
  readonly loads: 'real' | 'simulated';
  /** CPUs of the processes; empty: the kernel chooses. */
  readonly cpus: readonly number[];
  /** Threads of all agents together; null: as many on each as it has CPUs. */
  readonly threads: number | null;
}

const START_LIMIT_MS = 30_000;
/** The agents share this machine, which may be busy. */
const PATIENT = { division: 'evenly', listenOn: '127.0.0.1', maxClockErrorMs: 60_000, silenceMs: 30_000 } as const;

/**
 * Runs `work` with a controller in this process, and agents in others, which are killed at the end.
 * @throws {ServiceError} when there is no NATS server.
 */
export async function withAgents<T>(
  { url, processes, agentsEach, loads, cpus, threads }: AgentProcesses,
  work: (fleet: Fleet, pids: readonly number[]) => Promise<T>,
): Promise<T> {
  const program = fileURLToPath(new URL('./agents-main.js', import.meta.url));
  const args = [program, String(process.pid), url, loads, String(agentsEach)];
  const children: ChildProcess[] = [];
  let bus: Bus | undefined;
  try {
    bus = await connectToNats({ url, credentials: null, name: 'sockbench bench:fleet', reconnects: false });
    for (let i = 0; i < processes; i++) {
      children.push(onCpus(cpus, () => spawn(process.execPath, args, { stdio: 'inherit' })));
    }
    const cards = await discover(bus, START_LIMIT_MS, (found) => found.length >= processes * agentsEach);
    return await work(
      new Fleet(bus, cards, { ...PATIENT, threads }),
      children.map(({ pid = 0 }) => pid),
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'close')));
    await bus?.close();
  }
}

/** What loads of this folder send to: an echo server on this machine. */
export const ECHO: LoadRecipe = { destinations: [{ host: '127.0.0.1', path: '/', pages: null }], exchange: null };

/** Returns a closed loop of echo requests on a number of connections, except for what is given. */
export function echoPlan(port: number, connections: number, given: Partial<LoadPlan> = {}): LoadPlan {
  const point = operatingPoint({ connections });
  return {
    ...{ point, address: { host: '127.0.0.1', port }, threads: 1, cpus: [], arrivals: null, levels: null },
    ...{ streamKey: { seed: 1, round: 1 }, requests: null, protocol: { kind: 'echo', sizes: point.sizes } },
    ...{ timestamps: 'user', timeoutMs: 1000, openTimeoutMs: 10_000 },
    ...given,
  };
}
