import { calibrateCase } from '../../calibrate/calibration.ts';
import { type CalibrationReading, calibrationCases, FULL_TIMES } from '../../calibrate/cases.ts';
import type { LimitRow, PreparedRow } from '../row.ts';

const cases = calibrationCases(FULL_TIMES);
const silent = { progress: () => undefined, saved: () => undefined };

/** Known delays, as reported in service times: the cases of `sockbench doctor --calibrate`. */
export const delays = {
  name: 'delay',
  title: 'Injected delays at 1,000 requests/s, service p50',
  figures: {
    ms1: { title: '1 ms, reported off by', unit: 'micros', atMost: 70 },
    ms5: { title: '5 ms, reported off by', unit: 'micros', atMost: 110 },
    ms20: { title: '20 ms, reported off by', unit: 'micros', atMost: 260 },
  },
  prepare: () =>
    prepared(async () => ({
      ms1: offBy(await reading('delay-1ms')),
      ms5: offBy(await reading('delay-5ms')),
      ms20: offBy(await reading('delay-20ms')),
    })),
} as const satisfies LimitRow;

/** Known stalls, as reported in response times. */
export const stalls = {
  name: 'stall',
  title: 'Injected stall of 200 ms every 2 s at 1,000 requests/s, response',
  figures: {
    p95: { title: 'p95, reported ÷ 100 ms', unit: 'ratio', atLeast: 0.9, atMost: 1.1 },
    p99: { title: 'p99, reported ÷ 180 ms', unit: 'ratio', atLeast: 0.9, atMost: 1.1 },
    p999: { title: 'p99.9, reported ÷ 198 ms', unit: 'ratio', atLeast: 0.9, atMost: 1.1 },
  },
  prepare: () =>
    prepared(async () => {
      const [p95, p99, p999] = await readings('stall');
      return { p95: share(p95), p99: share(p99), p999: share(p999) };
    }),
} as const satisfies LimitRow;

/** Known numbers of lost, duplicated, reordered and corrupted datagrams, as counted by the generator. */
export const impairedDatagrams = {
  name: 'impaired',
  title: 'Injected loss 3 %, duplication 1 %, reordering 2 %, 1 byte in 10,000 datagrams',
  figures: {
    lost: { title: 'lost, reported off by', unit: 'count', atMost: 0 },
    duplicated: { title: 'duplicated, reported off by', unit: 'count', atMost: 0 },
    reordered: { title: 'reordered, reported off by', unit: 'count', atMost: 0 },
    corrupted: { title: 'corrupted, reported off by', unit: 'count', atMost: 0 },
  },
  prepare: () =>
    prepared(async () => {
      const [lost, duplicated, reordered, corrupted] = await readings('datagrams');
      return {
        lost: offBy(lost),
        duplicated: offBy(duplicated),
        reordered: offBy(reordered),
        corrupted: offBy(corrupted),
      };
    }),
} as const satisfies LimitRow;

/** Each round starts its own server, so there is nothing to prepare. */
async function prepared<Name extends string>(measure: () => Promise<Record<Name, number>>): Promise<PreparedRow<Name>> {
  return { notes: [], measure, close: async () => undefined };
}

async function readings(name: string): Promise<CalibrationReading[]> {
  const each = cases.find((one) => one.name === name);
  if (each === undefined) throw new Error(`no such calibration: ${name}`);
  return calibrateCase(each, silent, new AbortController().signal);
}

async function reading(name: string): Promise<CalibrationReading | undefined> {
  return (await readings(name))[0];
}

function offBy(reading: CalibrationReading | undefined): number {
  const { injected, reported } = known(reading);
  return Math.abs(reported - injected);
}

function share(reading: CalibrationReading | undefined): number {
  const { injected, reported } = known(reading);
  return reported / injected;
}

function known(reading: CalibrationReading | undefined): { readonly injected: number; readonly reported: number } {
  if (reading === undefined || reading.reported === null) throw new Error('the instrument reported nothing');
  return { injected: reading.injected, reported: reading.reported };
}
