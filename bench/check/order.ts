import type { Random } from '../../servers/random/streams.ts';
import { shuffled } from '../stats/shuffled.ts';

/** The arms of a session: the two programs that are compared, and the copy of A, if there is one. */
export type ArmName = 'a' | 'b' | 'null';

/** Order of the arms in a session, drawn at random: nothing else may distinguish one program from another. */
export interface SessionOrder {
  /** The arms by place. The first is started first and measured first. */
  readonly places: readonly ArmName[];
}

/**
 * Draws the order of a session. Programs are assigned to places at random, so any advantage of a place (the order of
 * starting, the port, being measured first) is as likely to help one program as another.
 */
export function drawOrder(arms: readonly ArmName[], random: Random): SessionOrder {
  return { places: shuffled(arms, random) };
}

/**
 * Returns the arm of each window in turn: forwards, then backwards (ABBA ABBA …), so a machine that slows down steadily
 * affects all arms alike.
 * @param rounds windows for each arm; even, for the balance.
 */
export function turns({ places }: SessionOrder, rounds: number): ArmName[] {
  return Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? places : [...places].reverse())).flat();
}
