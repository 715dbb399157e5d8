import type { Random } from '../../../servers/random/streams.ts';
import { shuffled } from '../../stats/shuffled.ts';

/** Contestants by name. An undefined one does not take part. */
type Contestants = Readonly<Record<string, (() => Promise<unknown>) | undefined>>;
type Outcome<Contestant> = Contestant extends () => Promise<infer Result> ? Result : undefined;
type Outcomes<C extends Contestants> = { readonly [Name in keyof C]: Outcome<C[Name]> };

/**
 * Runs contestants one after the other, in random order.
 * @returns the result of each, by name.
 */
export async function inTurn<C extends Contestants>(random: Random, contestants: C): Promise<Outcomes<C>> {
  const outcomes: Record<string, unknown> = {};
  for (const [name, run] of shuffled(Object.entries(contestants), random)) outcomes[name] = await run?.();
  return outcomes as Outcomes<C>;
}
