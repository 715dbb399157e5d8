import { streamOf } from '../../../servers/random/streams.ts';
import { getAffinity, processCpuNanos, setAffinity } from '../../../sockets/os/cpu.ts';
import { Generator } from '../../load/generator.ts';
import type { LoadGenerator } from '../../load/load-generator.ts';
import { nowNanos } from '../../measure/clock.ts';
import { follow, until } from '../../run/following.ts';
import { inTurn } from '../limit/turns.ts';
import { ECHO, echoPlan, withAgents } from './agent-processes.ts';

/** CPU time of a process that makes a load with one thread. */
export interface LoadCost {
  /** For each completed request, in microseconds: all threads of the process. */
  readonly micros: number;
  /** CPU time of its other threads, divided by that of the thread that loads. It varies far less from run to run. */
  readonly besides: number;
}

/** The same load, made twice. */
export interface CostPair {
  /** Made by the process that measures. */
  readonly local: LoadCost;
  /** Made by an agent in another process. The controller and NATS are not included: they are on other machines. */
  readonly fleet: LoadCost;
}

export interface CostPlan {
  /** URL of a NATS server. */
  readonly url: string;
  /** Port of an echo server, which runs on another CPU than the load. */
  readonly port: number;
  readonly connections: number;
  readonly pairs: number;
  /** Measured time of each run. */
  readonly seconds: number;
  /** CPU of the load. */
  readonly cpu: number;
  readonly seed: number;
}

const WARMUP_SECONDS = 1;

/** Measures the same load by one thread of this process and of an agent, in pairs of random order. */
export function measureCost(plan: CostPlan, measured: (pair: CostPair) => void): Promise<CostPair[]> {
  const { url, port, connections, pairs, cpu, seed } = plan;
  const setting = { url, processes: 1, agentsEach: 1, loads: 'real', cpus: [cpu], threads: 1 } as const;
  const load = echoPlan(port, connections, { timestamps: 'kernel' });
  return withAgents(setting, async (fleet, [pid = 0]) => {
    const all: CostPair[] = [];
    for (let round = 1; round <= pairs; round++) {
      const pair = await inTurn(streamOf('contestant order', { seed, round }), {
        local: () => onThisThread(cpu, () => costOf(new Generator(load), process.pid, plan)),
        fleet: () => costOf(fleet.start(load, ECHO), pid, plan),
      });
      measured(pair);
      all.push(pair);
    }
    return all;
  });
}

/** Binds this thread, and those that it starts, to a CPU. An agent's threads are bound in the same way. */
async function onThisThread<T>(cpu: number, work: () => Promise<T>): Promise<T> {
  const before = getAffinity(0);
  setAffinity(0, [cpu]);
  try {
    return await work();
  } finally {
    setAffinity(0, before);
  }
}

async function costOf(generator: LoadGenerator, pid: number, { seconds }: CostPlan): Promise<LoadCost> {
  try {
    await generator.opened();
    const begin = nowNanos() + generator.aheadNanos;
    const warmupEnd = begin + WARMUP_SECONDS * 1e9;
    const measureEnd = warmupEnd + seconds * 1e9;
    generator.go({ begin, warmupEnd, measureEnd, drainEnd: measureEnd + 1e9 });
    await until(warmupEnd);
    const before = processCpuNanos(pid) ?? Number.NaN;
    await generator.settled(0);
    await follow(generator, warmupEnd, measureEnd, generator.completed(), () => undefined);
    const { counts, cpuSeconds } = await generator.finished();
    const nanos = (processCpuNanos(pid) ?? Number.NaN) - before;
    return { micros: nanos / 1e3 / counts.completed, besides: nanos / 1e9 / cpuSeconds - 1 };
  } finally {
    await generator.stop();
  }
}
