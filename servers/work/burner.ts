import { threadCpuNanos } from '../../sockets/cpu.ts';
import { whyNoLibc } from '../../sockets/libc.ts';

/** Rounds between two looks at the clock: a few microseconds. */
const ROUNDS_A_LOOK = 2000;
/** Rounds by which the loop is calibrated: some milliseconds, many times the resolution of any clock. */
const CALIBRATION_ROUNDS = 5_000_000;
/** Of so many calibrations the fastest counts: it was disturbed least. */
const CALIBRATIONS = 3;

/** What the work is done on: small enough for the first cache of any CPU, so that models don't differ by its size. */
const table = new Int32Array(256);
let nanosPerRound = 0;

/**
 * Burns CPU time of the calling thread by the same arithmetic everywhere. Measured by the thread's own clock, so that
 * time for which it was preempted doesn't count; without libc, by a loop calibrated when it is first used.
 */
export function burnCpu(nanos: number): void {
  if (whyNoLibc() !== undefined) {
    if (nanosPerRound === 0) nanosPerRound = calibrate();
    churn(Math.round(nanos / nanosPerRound));
    return;
  }
  const end = threadCpuNanos() + nanos;
  do churn(ROUNDS_A_LOOK);
  while (threadCpuNanos() < end);
}

/** @returns nanoseconds that a round takes. */
function calibrate(): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CALIBRATIONS; i++) {
    const begin = performance.now();
    churn(CALIBRATION_ROUNDS);
    best = Math.min(best, ((performance.now() - begin) * 1e6) / CALIBRATION_ROUNDS);
  }
  return best;
}

/** Mixes the table, each round after the one before. What it leaves there keeps the compiler from leaving it out. */
function churn(rounds: number): void {
  let x = table[0] as number | 0;
  for (let i = 0; i < rounds; i++) {
    x = (Math.imul(x ^ i, 0x01000193) + (table[i & 255] as number)) | 0;
    table[i & 255] = x;
  }
}
