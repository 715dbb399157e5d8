/** A source of numbers in [0, 1), the same for the same seed. */
export type Random = () => number;

/**
 * Mulberry32 by Tommy Ettinger (2017, public domain): 32 bits of state, passes gjrand's small tests. Meant for orders,
 * choices and synthetic series, not for secrets.
 * @param seed taken modulo 2^32.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
