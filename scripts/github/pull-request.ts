import * as z from 'zod';
import { ServiceError } from '../../bench/model/errors.ts';
import type { GitHubApi } from './api.ts';

/** `OWNER/NAME`. */
export type Repository = `${string}/${string}`;

/** The head of a pull request, as the event of a finished workflow names it. */
export interface Head {
  /** `OWNER:BRANCH`; the owner is that of the fork, where there is one. */
  readonly label: string;
  /** Commit that was measured. */
  readonly sha: string;
}

const pullRequests = z.array(z.looseObject({ number: z.int(), head: z.looseObject({ sha: z.string() }) }));

/**
 * Finds the open pull request of a head. The event of a workflow that ran for a fork does not name it:
 * https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
 * @returns its number; null when none has this commit as its head any more, as after a later push.
 * @throws {ServiceError} when the call fails.
 */
export async function findPullRequest(api: GitHubApi, repository: Repository, head: Head): Promise<number | null> {
  const query = new URLSearchParams({ state: 'open', head: head.label, per_page: '100' });
  const found = pullRequests.safeParse(await api.call('GET', `/repos/${repository}/pulls?${query}`));
  if (!found.success)
    throw new ServiceError(`the list of pull requests has another form: ${z.prettifyError(found.error)}`);
  return found.data.find(({ head: { sha } }) => sha === head.sha)?.number ?? null;
}
