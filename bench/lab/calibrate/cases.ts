import type { InternetAddress } from '../../../sockets/address.ts';
import type { Transport } from '../../../sockets/socket.ts';
import type { RunConfiguration } from '../../model/configuration.ts';
import { operatingPoint } from '../../model/operating-point.ts';
import type { Trial } from '../../model/trial.ts';
import { type Impairments, type Injected, type Stall, stallQuantileMs, unimpaired } from './impairments.ts';

/** What was injected, and what the instrument reported. */
export interface CalibrationReading {
  readonly what: string;
  readonly unit: 'micros' | 'datagrams';
  readonly injected: number;
  /** Null when nothing was reported. */
  readonly reported: number | null;
  /** Largest difference allowed, in the same unit. */
  readonly tolerance: number;
}

/** What to inject, the load that measures it, and what the instrument should report. */
export interface CalibrationCase {
  readonly name: string;
  readonly transport: Transport;
  readonly impairments: Impairments;
  readonly load: Pick<
    RunConfiguration,
    'connections' | 'pipelining' | 'rate' | 'durationMs' | 'warmupMs' | 'timeoutMs'
  >;
  read(trial: Trial, injected: Injected): CalibrationReading[];
}

/** How long each kind of case is measured, in milliseconds. */
export interface CalibrationTimes {
  readonly delayMs: number;
  /** A multiple of the stall's period, so that each part of the period is sampled equally often. */
  readonly stallMs: number;
  readonly datagramsMs: number;
  readonly datagramsPerSecond: number;
  readonly oneSocketMs: number;
}

export const FULL_TIMES: CalibrationTimes = {
  delayMs: 3000,
  stallMs: 10_000,
  datagramsMs: 6000,
  datagramsPerSecond: 10_000,
  oneSocketMs: 10_000,
};

/** Largest extra delay: sending, receiving and one turn of both event loops. */
const DELAY_TOLERANCE_MICROS = 60;
const DELAY_TOLERANCE_SHARE = 0.01;
const STALL_TOLERANCE_SHARE = 0.1;

const STALL: Stall = { everyMs: 2000, forMs: 200 };

/** Returns all calibration cases. */
export function calibrationCases(times: CalibrationTimes): readonly CalibrationCase[] {
  return [
    ...[1, 5, 20].map((delayMs) => delayCase(delayMs, times)),
    stallCase(times),
    datagramCase(times),
    oneSocketCase(times),
  ];
}

function delayCase(delayMs: number, times: CalibrationTimes): CalibrationCase {
  const injected = delayMs * 1000;
  return {
    name: `delay-${delayMs}ms`,
    transport: 'tcp',
    impairments: { ...unimpaired, delayMicros: injected },
    load: { ...load(64, 1, 1000), durationMs: times.delayMs, warmupMs: 300 },
    read: ({ latencyMicros }) => [
      {
        what: `service p50, ${delayMs} ms of delay`,
        unit: 'micros',
        injected,
        reported: latencyMicros.service?.p50 ?? null,
        tolerance: DELAY_TOLERANCE_MICROS + DELAY_TOLERANCE_SHARE * injected,
      },
    ],
  };
}

function stallCase(times: CalibrationTimes): CalibrationCase {
  return {
    name: 'stall',
    transport: 'tcp',
    impairments: { ...unimpaired, stall: STALL },
    // Every request that arrives during a stall has a connection to wait on.
    load: { ...load(400, 1, 1000), durationMs: times.stallMs, warmupMs: 300 },
    read: ({ latencyMicros: { response } }) =>
      (
        [
          ['p95', 0.95],
          ['p99', 0.99],
          ['p999', 0.999],
        ] as const
      ).map(([name, q]) => {
        const injected = stallQuantileMs(q, STALL) * 1000;
        const what = `response ${name.replace('999', '99.9')}, ${STALL.forMs} ms of stall every ${STALL.everyMs / 1000} s`;
        return {
          what,
          unit: 'micros',
          injected,
          reported: response[name],
          tolerance: STALL_TOLERANCE_SHARE * injected,
        };
      }),
  };
}

function datagramCase(times: CalibrationTimes): CalibrationCase {
  return {
    name: 'datagrams',
    transport: 'udp',
    impairments: { ...unimpaired, loss: 0.03, duplication: 0.01, reordering: 0.02, corruption: 0.0001 },
    // No warm-up, so all datagrams count.
    load: { ...load(64, 1, times.datagramsPerSecond), durationMs: times.datagramsMs, warmupMs: 0 },
    read: ({ requests }, injected) => [
      exactly('datagrams lost', injected.lost, requests.lost),
      exactly('datagrams duplicated', injected.duplicated, requests.duplicated),
      exactly('datagrams reordered', injected.reordered, requests.reordered),
      exactly('datagrams corrupted', injected.corrupted, requests.corrupted),
    ],
  };
}

/** The default load, without --pipelining: one socket, on which a lost datagram must not delay the others. */
function oneSocketCase(times: CalibrationTimes): CalibrationCase {
  return {
    name: 'one-socket',
    transport: 'udp',
    impairments: { ...unimpaired, every: { lose: 40, swap: 60, duplicate: 90 } },
    load: { ...load(1, 1, 2000), durationMs: times.oneSocketMs, warmupMs: 0 },
    read: ({ requests }, injected) => [
      exactly('datagrams of one socket lost', injected.lost, requests.lost),
      exactly('datagrams of one socket duplicated', injected.duplicated, requests.duplicated),
      exactly('datagrams of one socket reordered', injected.reordered, requests.reordered),
      exactly('datagrams of one socket dropped', 0, requests.dropped),
    ],
  };
}

function exactly(what: string, injected: number, reported: number | undefined): CalibrationReading {
  return { what, unit: 'datagrams', injected, reported: reported ?? null, tolerance: 0 };
}

function load(connections: number, pipelining: number, rate: number) {
  return { connections: [connections], pipelining, rate, timeoutMs: 2000 };
}

/** Reports whether the reported value is within its tolerance. */
export function isWithin({ injected, reported, tolerance }: CalibrationReading): boolean {
  return reported !== null && Math.abs(reported - injected) <= tolerance;
}

/** Returns the run that measures a case: one trial against its server. */
export function calibrationRun(
  { transport, load }: CalibrationCase,
  address: InternetAddress,
  loadCpus: readonly number[],
): RunConfiguration {
  const url = `${transport}://${address.host}:${address.port}`;
  return {
    ...operatingPoint({ arrivals: 'constant' }),
    command: 'run',
    targets: [{ kind: 'address', url, transport, address }],
    transports: [transport],
    thresholds: [],
    requests: null,
    timestamps: 'kernel',
    rounds: 1,
    seed: 1,
    threads: 1,
    openTimeoutMs: 3000,
    scenarios: [],
    serverCpus: null,
    loadCpus: loadCpus.length > 0 ? loadCpus : null,
    ...load,
  };
}
