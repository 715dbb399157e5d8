import { type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import type { Arrivals } from '../../model/operating-point.ts';
import { type ArrivalProcess, ConstantArrivals, PoissonArrivals } from './arrivals.ts';
import { LoadProfile, type ProfileSpec } from './profile.ts';

/**
 * Determines when requests are due: nanoseconds since the load began, ascending; Infinity when there is no further
 * request. It reads no clock, so the schedule does not depend on how the load goes.
 */
export interface Pacer {
  next(): number;
}

/** One thread's part of an open loop. */
export interface PacerSpec {
  /** Arrivals per second of all threads together. */
  readonly profile: ProfileSpec;
  readonly arrivals: Arrivals;
  /** Selects the random stream of arrivals. */
  readonly streamKey: StreamKey;
  readonly thread: number;
  readonly threads: number;
}

/**
 * Creates the pacer of one of several threads; together they make one schedule. The distribution of arrivals and their
 * rate are independent: arrivals come in operational time, one expected per unit, and the profile converts that to a
 * time. For Poisson arrivals this gives a process with a varying rate (E. Çinlar, Introduction to Stochastic Processes,
 * 1975, chapter 4: a transformation of the time scale).
 */
export function makePacer(spec: PacerSpec): Pacer {
  return new ProfilePacer(arrivalProcess(spec), new LoadProfile(spec.profile));
}

function arrivalProcess({ arrivals, streamKey, thread, threads }: PacerSpec): ArrivalProcess {
  return arrivals === 'constant'
    ? new ConstantArrivals(thread, threads)
    : new PoissonArrivals(threads, streamOf('arrivals', { ...streamKey, thread }));
}

class ProfilePacer implements Pacer {
  readonly #arrivals: ArrivalProcess;
  readonly #profile: LoadProfile;

  constructor(arrivals: ArrivalProcess, profile: LoadProfile) {
    this.#arrivals = arrivals;
    this.#profile = profile;
  }

  next(): number {
    return this.#profile.timeOf(this.#arrivals.next());
  }
}
