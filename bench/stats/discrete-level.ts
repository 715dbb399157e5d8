/**
 * Returns the level of each of several tests, for the probability of any false rejection to be at most `alpha`: alpha
 * divided by the number of tests that could reject at that level at all. Others, whose samples are too small for any p
 * below it, cannot err and are not counted (R. E. Tarone, A Modified Bonferroni Method for Discrete Data, Biometrics 46,
 * 1990).
 * @param testable returns the number of tests that could reject at a level. It must not grow as the level falls.
 * @returns the number to divide by, 1 or more, and the level.
 */
export function testableLevel(
  alpha: number,
  testable: (level: number) => number,
): { readonly tests: number; readonly level: number } {
  let tests = 1;
  while (testable(alpha / tests) > tests) tests++;
  return { tests, level: alpha / tests };
}
