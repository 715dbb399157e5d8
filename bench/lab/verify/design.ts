import { mean } from '../../stats/mean.ts';
import { type Change, type Trace, traits, unchanged } from './trace.ts';

/** Parts of the design that can be left out, to show their effect. */
export interface Design {
  /** Assign the programs to places at random. Otherwise A always takes the first place. */
  readonly coin: boolean;
  /** Start both programs anew in each session. Otherwise the first two processes serve in all sessions. */
  readonly fresh: boolean;
  /** Share by which the first place is better: the port, the CPU's cache, the order of starting. */
  readonly placeAdvantage: number;
}

export const soundDesign: Design = { coin: true, fresh: true, placeAdvantage: 0.01 };

/**
 * Windows of a session, half of them for each program, in the order ABBA or BAAB, repeated. Real sessions with windows
 * of the default length have more.
 */
const WINDOWS = { full: 8, paced: 32 };

/**
 * Simulates the sessions of a check that compares A with a changed B on one machine. The number of sessions is
 * unlimited.
 */
export class SimulatedCheck {
  readonly #trace: Trace;
  readonly #change: Change;
  readonly #design: Design;
  #processes: readonly [number[], number[]] | undefined;

  constructor(trace: Trace, change: Change, design: Design) {
    this.#trace = trace;
    this.#change = change;
    this.#design = design;
  }

  /** Returns the difference of one session for each metric: mean ln cost of B less mean ln cost of A. */
  session(): number[] {
    const { coin, fresh, placeAdvantage } = this.#design;
    const [a, b] = this.#arms(fresh);
    const aFirst = !coin || this.#trace.coin() < 0.5;
    const costs = { a: traits.map((): number[] => []), b: traits.map((): number[] => []) };
    for (let window = 0; window < WINDOWS.full + WINDOWS.paced; window++) {
      const load = window < WINDOWS.full ? 'full' : 'paced';
      const first = window % 4 === 0 || window % 4 === 3;
      const arm = first === aFirst ? 'a' : 'b';
      const observed = this.#trace.window(arm === 'a' ? a : b);
      observed.forEach((cost, i) => {
        if (traits[i]?.load === load) costs[arm][i]?.push(cost - (first ? placeAdvantage : 0));
      });
    }
    return traits.map((_, i) => mean(costs.b[i] as number[]) - mean(costs.a[i] as number[]));
  }

  #arms(fresh: boolean): readonly [number[], number[]] {
    const start = (): [number[], number[]] => [this.#trace.process(unchanged), this.#trace.process(this.#change)];
    this.#processes ??= start();
    return fresh ? start() : this.#processes;
  }
}
