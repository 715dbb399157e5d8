import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectToNats } from '../../fleet/bus/nats-bus.ts';
import { discover } from '../../fleet/controller/discover.ts';
import { Fleet } from '../../fleet/controller/open-fleet.ts';
import { nowNanos } from '../../measure/clock.ts';
import { operatingPoint } from '../../model/operating-point.ts';
import { follow } from '../../run/following.ts';

/** What a controller uses for a number of agents. */
export interface GrowthRow {
  readonly agents: number;
  /** Share of one CPU while connections are open and nothing is sent: heartbeats alone. */
  readonly idleCpu: number;
  /** The same during a trial. */
  readonly trialCpu: number;
  /** Resident memory of the controller at the end of the trial. */
  readonly residentBytes: number;
}

const START_LIMIT_MS = 30_000;
/** The machine of the agents is this one, and busy. */
const PATIENT = { division: 'evenly', listenOn: '127.0.0.1', maxClockErrorMs: 60_000, silenceMs: 30_000 } as const;

/**
 * Measures the CPU time and the memory of this process as the controller of agents with simulated loads, which are in
 * another process.
 * @param url of a NATS server.
 * @throws {ServiceError} when that is not there.
 */
export async function measureGrowth(url: string, agents: number, seconds: number): Promise<GrowthRow> {
  const program = fileURLToPath(new URL('./agents-main.js', import.meta.url));
  const child = spawn(process.execPath, [program, String(process.pid), url, String(agents)], { stdio: 'inherit' });
  const closed = once(child, 'close');
  const bus = await connectToNats({ url, credentials: null, name: 'sockbench growth', reconnects: false });
  try {
    const cards = await discover(bus, START_LIMIT_MS, (found) => found.length >= agents);
    return await measure(new Fleet(bus, cards, { ...PATIENT, threads: agents }), agents, seconds);
  } finally {
    child.kill('SIGKILL');
    await closed;
    await bus.close();
  }
}

async function measure(fleet: Fleet, agents: number, seconds: number): Promise<GrowthRow> {
  const generator = fleet.start(
    {
      ...{ point: operatingPoint({ connections: agents }), address: { host: '127.0.0.1', port: 9 }, threads: agents },
      ...{ cpus: [], arrivals: null, streamKey: { seed: 1, round: 1 }, levels: null, requests: null },
      ...{ protocol: { kind: 'echo', sizes: [] }, timestamps: 'user', timeoutMs: 1000, openTimeoutMs: 1000 },
    },
    { destinations: [{ host: '127.0.0.1:9', path: '/', pages: null }], exchange: null },
  );
  try {
    await generator.opened();
    const idleCpu = await cpuShare(() => sleep(seconds * 1000));
    const begin = nowNanos() + generator.aheadNanos;
    const end = begin + seconds * 1e9;
    generator.go({ begin, warmupEnd: begin, measureEnd: end, drainEnd: end });
    await sleep(generator.aheadNanos / 1e6);
    const trialCpu = await cpuShare(async () => {
      await follow(generator, begin, end, 0, () => undefined);
      await generator.finished();
    });
    return { agents, idleCpu, trialCpu, residentBytes: process.memoryUsage.rss() };
  } finally {
    await generator.stop();
  }
}

/** Returns the share of one CPU that this process used while some work ran. */
async function cpuShare(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  const begin = nowNanos();
  await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1e3) / (nowNanos() - begin);
}
