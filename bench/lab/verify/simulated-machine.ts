import { SimulatedCheck, soundDesign } from './design.ts';
import type { MachineName } from './noise.ts';
import { type Change, Trace, unchanged } from './trace.ts';

/**
 * Checks of two programs on one kind of simulated machine, for any changes of the second program. Each session is
 * simulated once: no random number depends on the change, which makes the second program's costs higher by a factor.
 */
export class SimulatedMachine {
  readonly name: MachineName;
  readonly #seed: number;
  /** By run. */
  readonly #checks: { readonly check: SimulatedCheck; readonly sessions: number[][] }[] = [];

  constructor(name: MachineName, seed: number) {
    this.name = name;
    this.#seed = seed;
  }

  /** Returns the machine of a run at its start, for other rules than ours. */
  trace(run: number): Trace {
    return new Trace(this.name, { seed: this.#seed, ordinal: run });
  }

  /** Returns a check of a changed program, before its first session. The same run has the same noise for any change. */
  check(run: number, change: Change): Pick<SimulatedCheck, 'session'> {
    this.#checks[run] ??= { check: new SimulatedCheck(this.trace(run), unchanged, soundDesign), sessions: [] };
    const { check, sessions } = this.#checks[run];
    const shift = change.map(Math.log1p);
    let next = 0;
    const session = () => {
      sessions[next] ??= check.session();
      return (sessions[next++] as number[]).map((difference, i) => difference + (shift[i] as number));
    };
    return { session };
  }
}
