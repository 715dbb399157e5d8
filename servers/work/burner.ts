import { whyNoLibc } from '../../sockets/libc.ts';
import { threadCpuNanos } from '../../sockets/os/cpu.ts';

/** Rounds between two readings of the clock: a few microseconds. */
const ROUNDS_A_LOOK = 2000;
/** Rounds of one calibration: some milliseconds, many times the resolution of any clock. */
const CALIBRATION_ROUNDS = 5_000_000;
/** Number of calibrations. The fastest counts, because it was disturbed least. */
const CALIBRATIONS = 3;

/** Operand of the work: small enough for the L1 cache of any CPU, so that the cache does not favour a model. */
const table = new Int32Array(256);
let nanosPerRound = 0;

/**
 * Burns CPU time of the calling thread with the same arithmetic on every model. The thread's CPU clock measures it, so
 * time while preempted does not count. Without libc, a loop that is calibrated on first use takes its place.
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

/** Measures one round. @returns nanoseconds. */
function calibrate(): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CALIBRATIONS; i++) {
    const begin = performance.now();
    churn(CALIBRATION_ROUNDS);
    best = Math.min(best, ((performance.now() - begin) * 1e6) / CALIBRATION_ROUNDS);
  }
  return best;
}

/** Mixes the table; each round depends on the one before. The stored result keeps the compiler from removing it. */
function churn(rounds: number): void {
  let x = table[0] as number | 0;
  for (let i = 0; i < rounds; i++) {
    x = (Math.imul(x ^ i, 0x01000193) + (table[i & 255] as number)) | 0;
    table[i & 255] = x;
  }
}
