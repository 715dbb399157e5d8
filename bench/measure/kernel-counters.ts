import { readFileSync } from 'node:fs';

/**
 * Counters of the kernel for the whole machine (this network namespace). They reveal drops that clients and servers
 * only notice as missing replies. Linux only.
 */
export interface KernelCounters {
  /** Handshake packets that found the listener's accept queue full: TcpExt ListenOverflows. */
  readonly listenOverflows: number;
  /** All packets that listeners dropped: TcpExt ListenDrops. */
  readonly listenDrops: number;
  /** TCP segments sent again: Tcp RetransSegs. */
  readonly retransmittedSegments: number;
  /** Resets sent: Tcp OutRsts. */
  readonly resetsSent: number;
  /** Datagrams dropped because a receive buffer was full: Udp RcvbufErrors. */
  readonly udpReceiveBufferErrors: number;
  /** Datagrams not sent because buffer space was lacking: Udp SndbufErrors. */
  readonly udpSendBufferErrors: number;
  /**
   * Time in which the hypervisor ran others while this machine wanted to run, of all CPUs, in ticks of 10 ms:
   * proc_stat(5).
   */
  readonly stealTicks: number;
  /** Time of all CPUs, in the same ticks. */
  readonly totalTicks: number;
}

/** Returns the current counters; null where there is no /proc/net. */
export function readKernelCounters(): KernelCounters | null {
  try {
    const [snmp, netstat, stat] = ['net/snmp', 'net/netstat', 'stat'].map((name) =>
      readFileSync(`/proc/${name}`, 'utf8'),
    );
    return parseKernelCounters(snmp ?? '', netstat ?? '', stat ?? '');
  } catch {
    return null;
  }
}

/**
 * Reads the counters from the texts of /proc/net/snmp, /proc/net/netstat and /proc/stat. A counter that the kernel does
 * not have is 0.
 */
export function parseKernelCounters(snmp: string, netstat: string, stat: string): KernelCounters {
  const cpu = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').map(Number) ?? [];
  // Fields 9 and 10, guest time, are already included in user time.
  const times = cpu.slice(0, 8);
  return {
    listenOverflows: counter(netstat, 'TcpExt', 'ListenOverflows'),
    listenDrops: counter(netstat, 'TcpExt', 'ListenDrops'),
    retransmittedSegments: counter(snmp, 'Tcp', 'RetransSegs'),
    resetsSent: counter(snmp, 'Tcp', 'OutRsts'),
    udpReceiveBufferErrors: counter(snmp, 'Udp', 'RcvbufErrors'),
    udpSendBufferErrors: counter(snmp, 'Udp', 'SndbufErrors'),
    stealTicks: times[7] ?? 0,
    totalTicks: times.reduce((sum, time) => sum + time, 0),
  };
}

/** Returns what was counted between two readings. */
export function countedBetween(before: KernelCounters, after: KernelCounters): KernelCounters {
  const keys = Object.keys(after) as (keyof KernelCounters)[];
  return Object.fromEntries(keys.map((key) => [key, Math.max(0, after[key] - before[key])])) as Record<
    keyof KernelCounters,
    number
  >;
}

/** Returns one counter. Each protocol has two lines: names, then values in the same order. */
function counter(text: string, protocol: string, name: string): number {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf(name) ?? -1] ?? 0);
}
