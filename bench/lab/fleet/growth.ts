import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../../fleet/controller/open-fleet.ts';
import { nowNanos } from '../../measure/clock.ts';
import { follow } from '../../run/following.ts';
import { ECHO, echoPlan, withAgents } from './agent-processes.ts';

/** What a controller uses for a number of agents. */
export interface GrowthRow {
  readonly agents: number;
  /** Share of one CPU while connections are open and nothing is sent: heartbeats alone. */
  readonly idleCpu: number;
  /** The same during a trial, without its end. */
  readonly trialCpu: number;
  /** CPU time from the end of the load to the result. */
  readonly endCpuSeconds: number;
  /** Resident memory of the controller at the end of the trial. */
  readonly residentBytes: number;
}

/** A port at which nothing needs to listen: simulated loads open no connection. */
const NO_PORT = 9;

/**
 * Measures the CPU time and the memory of this process as the controller of agents with simulated loads, which are in
 * another process.
 * @param url of a NATS server.
 * @throws {ServiceError} when that is not there.
 */
export function measureGrowth(url: string, agents: number, seconds: number): Promise<GrowthRow> {
  const setting = { url, processes: 1, agentsEach: agents, loads: 'simulated', cpus: [], threads: agents } as const;
  return withAgents(setting, (fleet) => measure(fleet, agents, seconds));
}

async function measure(fleet: Fleet, agents: number, seconds: number): Promise<GrowthRow> {
  const generator = fleet.start(echoPlan(NO_PORT, agents), ECHO);
  try {
    await generator.opened();
    const idleCpu = (await cpuSecondsOf(() => sleep(seconds * 1000))) / seconds;
    const begin = nowNanos() + generator.aheadNanos;
    const end = begin + seconds * 1e9;
    generator.go({ begin, warmupEnd: begin, measureEnd: end, drainEnd: end });
    await sleep(generator.aheadNanos / 1e6);
    const trialCpu = (await cpuSecondsOf(() => follow(generator, begin, end, 0, () => undefined))) / seconds;
    const endCpuSeconds = await cpuSecondsOf(() => generator.finished());
    return { agents, idleCpu, trialCpu, endCpuSeconds, residentBytes: process.memoryUsage.rss() };
  } finally {
    await generator.stop();
  }
}

/** Returns the CPU time that this process used while some work ran. */
async function cpuSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
