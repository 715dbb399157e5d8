import { createHash } from 'node:crypto';
import { NotComparableError } from '../model/errors.ts';
import type { Reason } from '../model/trial.ts';
import type { Placement } from '../run/placement.ts';
import type { CheckPlan, Pages } from './plan.ts';
import { start } from './session.ts';

/** Processes of each program that are asked, as a page may hold what differs from start to start, such as the port. */
const STARTS = 2;
/** How often each is asked. */
const REQUESTS = 2;

/** What the programs of a check answer, in the order in which it was said. */
interface Said {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/**
 * Asks both programs for the page that the load will ask for, so that every reply can be held against it: a server that
 * says less is faster.
 * @throws {NotComparableError} when a program's page changes from reply to reply, or A's and B's are not the same.
 * @throws {TargetError} when one does not answer.
 */
export async function findPages(plan: CheckPlan, placement: Placement, signal: AbortSignal): Promise<Pages> {
  const said = { a: [] as string[], b: [] as string[] };
  for (const name of ['a', 'b'] as const) {
    for (let starts = 0; starts < STARTS; starts++) {
      const arm = await start(name, plan, placement, signal);
      try {
        for (let i = 0; i < REQUESTS; i++) said[name].push(await arm.page(plan.point.transport));
      } finally {
        await arm.stop();
      }
    }
  }
  return judgePages(said, plan);
}

/**
 * What every reply is to say.
 * @throws {NotComparableError} when that is not known, and not said to be as it should.
 */
export function judgePages({ a, b }: Said, { anyPage, baseline }: Pick<CheckPlan, 'anyPage' | 'baseline'>): Pages {
  if (anyPage) return { a: null, b: null, warnings: [notCompared(a, b)] };
  const programs = { A: a, B: b };
  const changing = Object.entries(programs).filter(([, pages]) => new Set(pages).size > 1);
  if (changing.length > 0) {
    const why = changing.map(([name, pages]) => `${name}'s page changes from reply to reply: ${sizesOf(pages)}`);
    throw incomparable(why);
  }
  const [pageOfA = '', pageOfB = ''] = [a[0], b[0]];
  // The reference of recorded runs says what it likes: its own page is held against its own.
  if (baseline === undefined && pageOfA !== pageOfB) {
    throw incomparable([
      `A's page has ${sizesOf(a)}, and B's ${sizesOf(b)}; they differ from byte ${firstDifference(pageOfA, pageOfB)} on`,
    ]);
  }
  const recorded = baseline?.stored.runs.find(({ page }) => page !== undefined && page !== pageHash(pageOfB));
  if (recorded !== undefined) {
    throw incomparable([`B's page is not what it was in the run recorded at ${recorded.startedAt}`]);
  }
  return { a: pageOfA, b: pageOfB, warnings: [] };
}

/** Sixteen hexadecimal digits by which a page is known. */
export function pageHash(page: string): string {
  return createHash('sha256').update(page, 'latin1').digest('hex').slice(0, 16);
}

function incomparable(why: readonly string[]): NotComparableError {
  return new NotComparableError('what the programs answer to GET / can not be compared:', [
    ...why,
    'a program that says something else does other work; when that is meant, as with dates in pages, add --any-page',
  ]);
}

function notCompared(a: readonly string[], b: readonly string[]): Reason {
  return {
    code: 'pages-not-compared',
    message: `what the pages say was not compared (--any-page): A's had ${sizesOf(a)}, B's ${sizesOf(b)}`,
  };
}

function sizesOf(pages: readonly string[]): string {
  const sizes = [...new Set(pages.map(({ length }) => length))];
  return `${sizes.join(' or ')} bytes`;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
