import { type Hash, murmur3 } from './murmur3.ts';

/**
 * Every use of chance in the project: one generator, and one function that derives its streams. A stream is identified by
 * its purpose and its key, which are hashed together. Seeds are never added, multiplied or shared: neighbouring seeds,
 * rounds and threads have streams that are as independent as any others.
 */

/** A source of numbers in [0, 1), multiples of 2^-32. */
export type Random = () => number;

/** What chance decides. Each has streams of its own; the numbers are hashed, so they must stay as they are. */
const purposes = {
  /** Gaps between arrivals of an open load. */
  arrivals: 1,
  /** Which of several targets an arrival or a connection goes to. */
  'target selection': 2,
  /** Which server a load balancer gives a connection to. */
  balancing: 3,
  /** How long each message is. */
  'message sizes': 4,
  /** Bytes of messages. */
  payload: 5,
  /** What a request costs a server, and whether its answer is cached. */
  work: 6,
  /** Lengths of chargen's datagrams. */
  chargen: 7,
  /** Order of trials in a round. */
  'trial order': 8,
  /** Order in which targets take a step of a search for their capacity. */
  'search order': 9,
  /** The coin of a session of a check: which program takes which place. */
  'session order': 10,
  /** Order in which contestants of a comparison with C take their turns. */
  'contestant order': 11,
  /** Resampled rounds behind intervals. */
  bootstrap: 12,
  /** What a reference server does to datagrams. */
  impairments: 13,
  /** Seeds of several checks that are held one after the other. */
  'check seeds': 14,
  /** Simulated machines and servers, and the coins of simulated checks. */
  'simulated machine': 15,
  'simulated server': 16,
  'simulated coin': 17,
  'simulated curve': 18,
  /** Values that microbenchmarks go through. */
  'micro values': 19,
} as const;

export type StreamPurpose = keyof typeof purposes;

export const streamPurposes = Object.keys(purposes) as StreamPurpose[];

/**
 * Which of the streams of a purpose. A part that is left out differs from every number. Plain data: it crosses to threads
 * and processes. Seeds are from 0 to 2^32 - 1, the other parts from 0 to 2^32 - 2.
 */
export interface StreamKey {
  /** That of the run, which is recorded. */
  readonly seed: number;
  readonly round?: number;
  readonly session?: number;
  readonly window?: number;
  readonly thread?: number;
  /** Number of a connection, a worker, a simulated run: whatever else there are several of. */
  readonly ordinal?: number;
}

/**
 * A fresh stream, from its beginning: the same for the same purpose and key.
 *
 * The generator is xoshiro128** 1.1 (D. Blackman and S. Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS
 * 47(4), 2021; public domain): a state of 128 bits, period 2^128 - 1. All of the state comes from the hash, so that
 * streams begin anywhere in the period: that two of a million streams of 2^40 numbers overlap has a probability of
 * 2^-47. With a state of 32 bits (mulberry32) all streams are one sequence, entered at different places. Not for secrets.
 * @throws {RangeError} when a part of the key is no integer of its range.
 */
export function streamOf(purpose: StreamPurpose, key: StreamKey): Random {
  let [a, b, c, d] = hashOf(purpose, key);
  // The one state that the generator does not leave.
  if ((a | b | c | d) === 0) d = 1;
  return () => {
    const scrambled = Math.imul(b, 5);
    const drawn = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return (drawn >>> 0) / 2 ** 32;
  };
}

/**
 * A seed derived from a key, 0 to 2^32 - 1: for what is itself to be recorded by a seed.
 * @throws {RangeError} when a part of the key is no integer of its range.
 */
export function seedOf(purpose: StreamPurpose, key: StreamKey): number {
  return hashOf(purpose, key)[0] >>> 0;
}

function hashOf(purpose: StreamPurpose, { seed, round, session, window, thread, ordinal }: StreamKey): Hash {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new RangeError(`a seed is an integer from 0 to ${2 ** 32 - 1}, not ${seed}`);
  }
  return murmur3([seed, purposes[purpose], part(round), part(session), part(window), part(thread), part(ordinal), 0]);
}

/** A part of a key as a word of 32 bits: 0 for one that is left out. */
function part(value: number | undefined): number {
  if (value === undefined) return 0;
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32 - 1) return value + 1;
  throw new RangeError(`a part of a stream's key is an integer from 0 to ${2 ** 32 - 2}, not ${value}`);
}
