import { percent, rounded, whole } from '../run/amounts.ts';
import type { MachineReading } from './machine-reading.ts';

/** A property of this machine that affects measurements on it. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  /** `fine`; `note`: it disturbs or limits measurements; `bad`: nothing can be measured. */
  readonly verdict: 'fine' | 'note' | 'bad';
  /** What to do about it; empty when the verdict is `fine`. */
  readonly advice: string;
}

/** With this many CPUs or more, server and load each get half of them: see placement.ts. */
const APART_FROM = 4;
const MAX_STEAL = 0.05;
/** Highest load average from other processes, as a share of the usable CPUs. */
const MAX_LOAD = 0.25;
const MANY_FILES = 20_000;
const MIN_SOMAXCONN = 1024;
const MIN_RMEM = 1 << 20;
const MAX_LATE_MICROS = 250;

/** Judges a machine. Pure: the same reading gives the same findings. */
export function findingsOf(reading: MachineReading): Finding[] {
  return [...software(reading), ...processors(reading), ...limits(reading), ...precision(reading)];
}

function software({ environment, noLibc, noTimestamps, noUring }: MachineReading): Finding[] {
  return [
    finding('Node', environment.node),
    noLibc === null
      ? finding('system calls', 'called directly, through koffi')
      : bad('system calls', 'not available', noLibc),
    noTimestamps === null
      ? finding('kernel receive timestamps', 'available')
      : note(
          'kernel receive timestamps',
          'missing',
          `${noTimestamps}: service time can't be separated from the generator's lag`,
        ),
    noUring === null
      ? finding('io_uring', 'available; used for closed loops with --timestamps user')
      : note('io_uring', 'not available', `${noUring}; the load uses epoll, at a little more CPU`),
  ];
}

function processors({ environment, allowedCpus, stealShare, loadAverage }: MachineReading): Finding[] {
  const { cpus, governor, virtualized } = environment;
  const usable = allowedCpus.length || cpus;
  return [
    usable >= APART_FROM
      ? finding('CPUs', `${usable}: half for the server, half for the load`)
      : note(
          'CPUs',
          `${usable}: server and load share them`,
          'compare servers only with each other; separate them with --server-cpus and --load-cpus',
        ),
    governor === null || governor === 'performance'
      ? finding('frequency governor', governor ?? 'none found')
      : note('frequency governor', governor, 'choose `performance` (cpupower frequency-set -g performance)'),
    virtualized
      ? note(
          'hypervisor',
          'this is a virtual machine',
          'other machines may slow it down: measure in rounds, trust ratios',
        )
      : finding('hypervisor', 'none'),
    ...(stealShare === null
      ? []
      : [
          stealShare > MAX_STEAL
            ? note('stolen CPU time', percent(stealShare), 'measure when the machine is calmer')
            : finding('stolen CPU time', percent(stealShare)),
        ]),
    loadAverage > MAX_LOAD * usable
      ? note('load average', rounded(loadAverage), 'another process is running: end it, or wait until it has ended')
      : finding('load average', rounded(loadAverage)),
  ];
}

function limits({ openFiles, sysctl }: MachineReading): Finding[] {
  return [
    ...(openFiles === null
      ? []
      : [
          openFiles.hard < MANY_FILES
            ? note(
                'open files',
                `${whole(openFiles.hard)} at most`,
                `this limits the number of connections: for more, run \`ulimit -Hn ${MANY_FILES * 2}\` as root`,
              )
            : finding('open files', `${whole(openFiles.hard)} at most`),
        ]),
    ...atLeast(
      'net.core.somaxconn',
      sysctl['net.core.somaxconn'],
      MIN_SOMAXCONN,
      'a burst of connections overflows a backlog',
    ),
    ...atLeast(
      'net.core.rmem_max',
      sysctl['net.core.rmem_max'],
      MIN_RMEM,
      'datagrams are dropped early, regardless of SO_RCVBUF',
    ),
    ...shown('net.core.wmem_max', sysctl['net.core.wmem_max']),
    ...shown('net.ipv4.ip_local_port_range', sysctl['net.ipv4.ip_local_port_range']),
    ...shown('net.ipv4.tcp_tw_reuse', sysctl['net.ipv4.tcp_tw_reuse']),
  ];
}

function precision({ lateness, clockNanos, callNanos }: MachineReading): Finding[] {
  return [
    ...(lateness === null
      ? []
      : [
          lateness.p99Micros > MAX_LATE_MICROS
            ? note(
                'timed waits',
                late(lateness),
                'requests at a rate are sent late: measure when the machine is calmer, or give the load CPUs of its own',
              )
            : finding('timed waits', late(lateness)),
        ]),
    finding('reading the clock', `${rounded(clockNanos)} ns`),
    ...(callNanos === null ? [] : [finding('a call into C', `${rounded(callNanos)} ns, including its system call`)]),
  ];
}

function late({ p50Micros, p99Micros }: NonNullable<MachineReading['lateness']>): string {
  return `${rounded(p50Micros)} µs late at the median, ${rounded(p99Micros)} µs at the 99th percentile`;
}

function atLeast(name: string, value: string | null, least: number, harm: string): Finding[] {
  if (value === null) return [];
  if (Number(value) >= least) return [finding(name, value)];
  return [note(name, value, `${harm}: sysctl -w ${name}=${least}`)];
}

function shown(name: string, value: string | null): Finding[] {
  return value === null ? [] : [finding(name, value)];
}

function finding(what: string, found: string): Finding {
  return { what, found, verdict: 'fine', advice: '' };
}

function note(what: string, found: string, advice: string): Finding {
  return { what, found, verdict: 'note', advice };
}

function bad(what: string, found: string, advice: string): Finding {
  return { what, found, verdict: 'bad', advice };
}
