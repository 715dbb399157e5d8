import * as z from 'zod';
import { ServiceError } from '../../bench/model/errors.ts';
import type { GitHubApi } from './api.ts';
import type { Repository } from './pull-request.ts';

const PAGE = 100;
/** Comments that are looked through: 10,000. */
const MAX_PAGES = 100;

const comment = z.looseObject({
  id: z.int(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.looseObject({ login: z.string() }).nullish(),
});
type Comment = z.infer<typeof comment>;

/** Where a comment stands, and what it says. */
export interface StickyComment {
  readonly repository: Repository;
  readonly pullRequest: number;
  /** Tells this comment from others of the same author. */
  readonly name: string;
  /** Login of the token's owner. Only its comments are replaced: anyone can write the marker. */
  readonly author: string;
  /** Markdown. */
  readonly body: string;
}

/** Returns the line that marks a comment; browsers do not show it. */
export function markerOf(name: string): string {
  return `<!-- sockbench:${name} -->`;
}

/**
 * Writes a comment, in place of the earlier one of this name if there is one.
 * @returns its address, and whether it is new.
 * @throws {ServiceError} when a call fails.
 */
export async function keepComment(
  api: GitHubApi,
  { repository, pullRequest, name, author, body }: StickyComment,
): Promise<{ readonly url: string; readonly isNew: boolean }> {
  const marker = markerOf(name);
  const marked = { body: `${marker}\n${body.replace(/^<!-- sockbench:\S* -->\n/, '')}` };
  const earlier = await earlierComment(api, `/repos/${repository}/issues/${pullRequest}/comments`, marker, author);
  const answer = earlier
    ? await api.call('PATCH', `/repos/${repository}/issues/comments/${earlier.id}`, marked)
    : await api.call('POST', `/repos/${repository}/issues/${pullRequest}/comments`, marked);
  return { url: parsed(comment, answer).html_url, isNew: earlier === undefined };
}

/** Returns the first comment of the author that begins with the marker. */
async function earlierComment(
  api: GitHubApi,
  path: string,
  marker: string,
  author: string,
): Promise<Comment | undefined> {
  for (let page = 1; page <= MAX_PAGES; page++) {
    const comments = parsed(z.array(comment), await api.call('GET', `${path}?per_page=${PAGE}&page=${page}`));
    const found = comments.find(({ body, user }) => user?.login === author && body?.startsWith(marker));
    if (found !== undefined || comments.length < PAGE) return found;
  }
  return undefined;
}

function parsed<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new ServiceError(`GitHub's answer has another form: ${z.prettifyError(result.error)}`, { cause: result.error });
}
