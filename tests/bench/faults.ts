import { counted } from './measured.ts';

/** Enough requests for any fault to occur, however long they take. */
export const enough = counted(300);

/** Calls `fault` once, at the `count`-th call, and `otherwise` at all other times. */
export function once(count: number) {
  let seen = 0;
  return <T>(fault: () => T, otherwise: () => T): T => (++seen === count ? fault() : otherwise());
}
