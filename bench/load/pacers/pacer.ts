import { type StreamKey, streamOf } from '../../../servers/random.ts';
import type { Arrivals } from '../../model/operating-point.ts';
import { type ArrivalProcess, ConstantArrivals, PoissonArrivals } from './arrivals.ts';
import { LoadProfile, type ProfileSpec } from './profile.ts';

/**
 * Says when requests are due: nanoseconds since the load began, ascending; Infinity when there will never be another.
 * Knows no clock: it depends on nothing else.
 */
export interface Pacer {
  next(): number;
}

/** One thread's part of an open load. */
export interface PacerSpec {
  /** Arrivals a second of all threads together. */
  readonly profile: ProfileSpec;
  readonly arrivals: Arrivals;
  /** Which arrivals, where chance decides. */
  readonly streamKey: StreamKey;
  readonly thread: number;
  readonly threads: number;
}

/**
 * The pacer of one of several threads; together they make one schedule. How arrivals are spread and how their rate goes
 * are two things: arrivals come in operational time, one expected a unit, and the profile says when that is. For Poisson
 * arrivals this makes a process whose rate varies (E. Çinlar, Introduction to Stochastic Processes,
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
