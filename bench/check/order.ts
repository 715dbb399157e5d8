import type { Random } from '../../servers/random.ts';
import { shuffled } from '../stats/shuffled.ts';

/** Who takes part in a session: the two that are compared, and the copy of A, where there is one. */
export type ArmName = 'a' | 'b' | 'null';

/** How a session goes, decided by chance: nothing else may distinguish one program from another. */
export interface SessionOrder {
  /** Who takes which place: the first is started first and measured first. */
  readonly places: readonly ArmName[];
}

/**
 * The coin of a session. It assigns programs to places, so that whatever makes one place better (the order of starting,
 * the port, being measured first) is as likely to help one program as another.
 */
export function drawOrder(arms: readonly ArmName[], random: Random): SessionOrder {
  return { places: shuffled(arms, random) };
}

/**
 * Whose turn it is, window by window: forwards, then backwards, again and again (ABBA ABBA …), so that a machine that
 * becomes steadily slower hits all alike.
 * @param rounds windows for each; even, for the balance.
 */
export function turns({ places }: SessionOrder, rounds: number): ArmName[] {
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? places : [...places].reverse())).flat();
}
