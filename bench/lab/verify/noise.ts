import type { Random } from '../../../servers/random/streams.ts';

/** Returns how slow a machine is in the next window: ln of the cost of the same work. */
export type Noise = () => number;

/** Returns a standard normal number, by the method of G. Box and M. Muller (1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Standard deviation of an undisturbed machine. */
const CALM = 0.01;

/** Machines to measure on. Every simulated run starts with a fresh one; a window is about a quarter of a second. */
export const machines = {
  /** 1 % of independent scatter. */
  calm: (random) => () => CALM * normal(random),
  /** A busy neighbour that comes and goes slowly: first-order autoregression, 0.9 from window to window, 5 % in all. */
  autocorrelated: (random) => {
    let state = 0.05 * normal(random);
    return () => {
      state = 0.9 * state + 0.05 * Math.sqrt(1 - 0.9 ** 2) * normal(random);
      return state + CALM * normal(random);
    };
  },
  /** The speed jumps by up to a factor of 2.5, about every 60 windows. */
  steps: (random) => {
    let level = 0;
    return () => {
      if (random() < 1 / 60) level = Math.log(2.5) * random();
      return level + CALM * normal(random);
    };
  },
  /** Most windows are calm, some are far off: Student's t with 2 degrees of freedom, 2 %. */
  'heavy tails': (random) => () => (0.02 * normal(random)) / Math.sqrt(-Math.log(1 - random())),
  /** The machine slows down steadily, by 30 % in 300 windows, as when it heats up. */
  drift: (random) => {
    let windows = 0;
    return () => 0.001 * windows++ + CALM * normal(random);
  },
} as const satisfies Record<string, (random: Random) => Noise>;

export type MachineName = keyof typeof machines;
