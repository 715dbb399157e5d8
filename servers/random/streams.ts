import { type Hash, murmur3 } from './murmur3.ts';

/**
 * Random numbers for the whole project: one generator, and one function that derives its streams. A stream is
 * identified by its purpose and its key, which are hashed together. Seeds are never added, multiplied or shared, so
 * streams of neighbouring seeds, rounds and threads are as independent as any others.
 */

/** A source of numbers in [0, 1), multiples of 2^-32. */
export type Random = () => number;

/** The random decisions. Each has its own streams. The numbers are hashed, so they must not change. */
const purposes = {
  /** Gaps between arrivals in an open loop. */
  arrivals: 1,
  /** Which of several targets gets an arrival or a connection. */
  'target selection': 2,
  /** Which server a load balancer gives a connection to. */
  balancing: 3,
  /** Length of each message. */
  'message sizes': 4,
  /** Bytes of messages. */
  payload: 5,
  /** What a request costs a server, and whether its answer is cached. */
  work: 6,
  /** What an app decides at random, such as the lengths of chargen's datagrams. */
  app: 7,
  /** Order of trials in a round. */
  'trial order': 8,
  /** Order in which targets take a step of a capacity search. */
  'search order': 9,
  /** Order of the two programs in a session of a check. */
  'session order': 10,
  /** Order of contestants in a comparison with C. */
  'contestant order': 11,
  /** Resampled rounds for bootstrap intervals. */
  bootstrap: 12,
  /** Impairments that a reference server applies to datagrams, or a conformance test to replies. */
  impairments: 13,
  /** Seeds of several successive checks. */
  'check seeds': 14,
  /** Simulated machines and servers, and the coins of simulated checks. */
  'simulated machine': 15,
  'simulated server': 16,
  'simulated coin': 17,
  'simulated curve': 18,
  /** Input values of microbenchmarks. */
  'micro values': 19,
  /** Which of several kinds of request is sent. */
  'request selection': 20,
  /** Keys of a store that requests name. */
  'request keys': 21,
  /** Random bytes and words within requests. */
  'request content': 22,
  /** Orders of a series in a permutation test. */
  permutations: 23,
} as const;

export type StreamPurpose = keyof typeof purposes;

export const streamPurposes = Object.keys(purposes) as StreamPurpose[];

/**
 * Selects one stream of a purpose. An omitted part differs from every number. Plain data: it crosses to threads and
 * processes. Seeds are from 0 to 2^32 - 1, the other parts from 0 to 2^32 - 2.
 */
export interface StreamKey {
  /** The seed of the run, which is recorded. */
  readonly seed: number;
  readonly round?: number;
  readonly session?: number;
  readonly window?: number;
  readonly thread?: number;
  /** Number of a connection, a worker, a simulated run, or of any other item of a series. */
  readonly ordinal?: number;
}

/**
 * Returns a new stream, from its beginning: the same one for the same purpose and key. Not for secrets.
 *
 * The generator is xoshiro128** 1.1 (D. Blackman and S. Vigna, Scrambled Linear Pseudorandom Number Generators, ACM
 * TOMS 47(4), 2021; public domain): a state of 128 bits, period 2^128 - 1. All of the state comes from the hash, so
 * streams begin anywhere in the period: the probability that two of a million streams of 2^40 numbers overlap is 2^-47.
 * With a state of 32 bits (mulberry32), all streams would be one sequence, entered at different places.
 * @throws {RangeError} when a part of the key is not an integer in its range.
 */
export function streamOf(purpose: StreamPurpose, key: StreamKey): Random {
  let [a, b, c, d] = hashOf(purpose, key);
  // The generator would never leave the all-zero state.
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
 * Derives a seed from a key, 0 to 2^32 - 1, for an item whose own seed is recorded.
 * @throws {RangeError} when a part of the key is not an integer in its range.
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

/** Encodes a part of a key as a word of 32 bits: 0 for an omitted part. */
function part(value: number | undefined): number {
  if (value === undefined) return 0;
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32 - 1) return value + 1;
  throw new RangeError(`a part of a stream's key is an integer from 0 to ${2 ** 32 - 2}, not ${value}`);
}
