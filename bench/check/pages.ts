import { createHash } from 'node:crypto';
import { NotComparableError } from '../model/errors.ts';
import type { Reason } from '../model/trial.ts';
import type { Placement } from '../run/placement.ts';
import type { CheckPlan, Pages } from './plan.ts';
import { start } from './session.ts';

/** Starts of each program that are compared: a page may differ from start to start, for example contain the port. */
const STARTS = 2;
/** Requests to each started process. */
const REQUESTS = 2;

/** What the replies of a program must contain, kinds of requests joined; null accepts anything. */
interface JudgedPages {
  readonly a: string | null;
  readonly b: string | null;
  readonly warnings: readonly Reason[];
}

/** The pages of both programs, in the order in which they were received. */
interface PageTexts {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

/**
 * Requests from both programs what the load will request, so that every reply can be compared with it: a
 * server that sends less is faster.
 * @throws {NotComparableError} when a program's page changes between replies, or A's and B's pages differ.
 * @throws {TargetError} when a program does not answer.
 */
export async function findPages(plan: CheckPlan, placement: Placement, signal: AbortSignal): Promise<Pages> {
  const replies = { a: [] as string[][], b: [] as string[][] };
  for (const name of ['a', 'b'] as const) {
    for (let starts = 0; starts < STARTS; starts++) {
      const arm = await start(name, plan, placement, signal);
      try {
        for (let i = 0; i < REQUESTS; i++) replies[name].push(await arm.pages());
      } finally {
        await arm.stop();
      }
    }
  }
  const joined = (pages: readonly string[][]) => pages.map((page) => page.join(''));
  const { a, b, warnings } = judgePages({ a: joined(replies.a), b: joined(replies.b) }, plan);
  const first = { a: replies.a[0] ?? null, b: replies.b[0] ?? null };
  return { a: a === null ? null : first.a, b: b === null ? null : first.b, warnings };
}

/**
 * Returns what every reply must contain.
 * @throws {NotComparableError} when the pages change or differ, and `anyPage` does not allow it.
 */
export function judgePages(
  { a, b }: PageTexts,
  { anyPage, baseline }: Pick<CheckPlan, 'anyPage' | 'baseline'>,
): JudgedPages {
  if (anyPage) return { a: null, b: null, warnings: [notCompared(a, b)] };
  const programs = { A: a, B: b };
  const changing = Object.entries(programs).filter(([, pages]) => new Set(pages).size > 1);
  if (changing.length > 0) {
    const why = changing.map(([name, pages]) => `${name}'s page changes from reply to reply: ${sizesOf(pages)}`);
    throw incomparable(why);
  }
  const [pageOfA = '', pageOfB = ''] = [a[0], b[0]];
  // A recorded run's reference may answer anything: its replies are compared with its own page only.
  if (baseline === undefined && pageOfA !== pageOfB) {
    throw incomparable([
      `A's page has ${sizesOf(a)}, and B's ${sizesOf(b)}; they differ from byte ${firstDifference(pageOfA, pageOfB)} on`,
    ]);
  }
  const recorded = baseline?.stored.runs.find(({ page }) => page !== undefined && page !== pageHash(pageOfB));
  if (recorded !== undefined) {
    throw incomparable([`B's page differs from that of the run recorded at ${recorded.startedAt}`]);
  }
  return { a: pageOfA, b: pageOfB, warnings: [] };
}

/** Returns sixteen hexadecimal digits that identify a page. */
export function pageHash(page: string): string {
  return createHash('sha256').update(page, 'latin1').digest('hex').slice(0, 16);
}

function incomparable(why: readonly string[]): NotComparableError {
  return new NotComparableError('the replies of the programs cannot be compared:', [
    ...why,
    'programs with different replies do different work; if that is intended, as with dates in pages, add --any-page',
  ]);
}

function notCompared(a: readonly string[], b: readonly string[]): Reason {
  return {
    code: 'pages-not-compared',
    message: `the contents of the pages were not compared (--any-page): A's had ${sizesOf(a)}, B's ${sizesOf(b)}`,
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
