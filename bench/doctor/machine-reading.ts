import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { whyNoLibc } from '../../sockets/libc.ts';
import { getAffinity, threadCpuNanos } from '../../sockets/os/cpu.ts';
import { type OpenFileLimit, openFileLimit, setTimerSlack } from '../../sockets/os/process.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { whyNoUring } from '../../sockets/uring/availability.ts';
import { nowNanos } from '../measure/clock.ts';
import { describeEnvironment } from '../measure/environment.ts';
import { Histogram } from '../measure/histogram.ts';
import { readKernelCounters } from '../measure/kernel-counters.ts';
import { whyNotStamped } from '../measure/stamping.ts';
import type { Environment } from '../model/result.ts';

/** What was read of this machine, before it is judged. Null: it cannot be read here. */
export interface MachineReading {
  readonly environment: Environment;
  /** Why system calls cannot be made; null when they can. */
  readonly noLibc: string | null;
  readonly noTimestamps: string | null;
  readonly noUring: string | null;
  readonly allowedCpus: readonly number[];
  /** Share of CPU time that the hypervisor gave to others while the lateness of waits was measured. */
  readonly stealShare: number | null;
  /** Programs that ran or wanted to run: the mean of the last minute. */
  readonly loadAverage: number;
  readonly openFiles: OpenFileLimit | null;
  /** Kernel settings under /proc/sys, by their names in sysctl(8). */
  readonly sysctl: Readonly<Record<SysctlName, string | null>>;
  /** How late a thread wakes that sleeps until 20 µs before the due time and polls the clock for the rest. */
  readonly lateness: { readonly p50Micros: number; readonly p99Micros: number } | null;
  readonly clockNanos: number;
  readonly callNanos: number | null;
}

export const sysctlNames = [
  'net.core.somaxconn',
  'net.core.rmem_max',
  'net.core.wmem_max',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_tw_reuse',
] as const;
export type SysctlName = (typeof sysctlNames)[number];

const WAITS = 200;
const WAIT_NANOS = 1e6;
const AWAKE_NANOS = 20_000;
const CALLS = 20_000;

/** Reads this machine; takes about a quarter of a second. */
export async function readMachine(): Promise<MachineReading> {
  const noLibc = whyNoLibc() ?? null;
  const before = readKernelCounters();
  const lateness = noLibc === null ? measureLateness() : null;
  const after = readKernelCounters();
  return {
    environment: describeEnvironment(),
    noLibc,
    noTimestamps: noLibc ?? (await whyNotStamped()) ?? null,
    noUring: noLibc ?? whyNoUring() ?? null,
    allowedCpus: noLibc === null ? getAffinity(0) : [],
    stealShare:
      before && after && after.totalTicks > before.totalTicks
        ? (after.stealTicks - before.stealTicks) / (after.totalTicks - before.totalTicks)
        : null,
    loadAverage: loadavg()[0] ?? 0,
    openFiles: noLibc === null ? openFileLimit() : null,
    sysctl: Object.fromEntries(sysctlNames.map((name) => [name, readSysctl(name)])) as Record<
      SysctlName,
      string | null
    >,
    lateness,
    clockNanos: costOf(nowNanos),
    callNanos: noLibc === null ? costOf(threadCpuNanos) : null,
  };
}

function readSysctl(name: SysctlName): string | null {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8')
      .trim()
      .replace(/\s+/g, ' ');
  } catch {
    return null;
  }
}

function measureLateness(): NonNullable<MachineReading['lateness']> {
  const epoll = new Epoll(1);
  const late = new Histogram();
  setTimerSlack(1);
  for (let i = 0; i < WAITS; i++) {
    const due = nowNanos() + WAIT_NANOS;
    epoll.waitNanos(WAIT_NANOS - AWAKE_NANOS);
    while (nowNanos() < due);
    late.record(nowNanos() - due);
  }
  epoll.close();
  return { p50Micros: late.quantile(0.5) / 1e3, p99Micros: late.quantile(0.99) / 1e3 };
}

/** Returns the mean duration of many calls in nanoseconds. */
function costOf(call: () => number): number {
  const begin = nowNanos();
  for (let i = 0; i < CALLS; i++) call();
  return (nowNanos() - begin) / CALLS;
}
