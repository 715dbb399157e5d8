/** Exit codes of the program. */
export const EXIT = {
  ok: 0,
  regressed: 1,
  usage: 2,
  inconclusive: 3,
  targetFailed: 4,
  notComparable: 5,
  internal: 70,
  interrupted: 130,
} as const;
