import * as z from 'zod';
import { EXIT } from '../../bench/model/exit-code.ts';
import { parseInteger } from '../../bench/model/units.ts';
import type { Command } from '../cli/command.ts';
import { parsed, text, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { log, print } from '../cli/output.ts';
import { GitHubApi } from '../github/api.ts';
import { findPullRequest, type Repository } from '../github/pull-request.ts';
import { keepComment, markerOf } from '../github/sticky-comment.ts';

/** Login under which the token of a workflow writes. */
const WORKFLOW_BOT = 'github-actions[bot]';

const schema = z.strictObject({
  repository: parsed(parseRepository).optional().meta({ description: 'OWNER/NAME [default: $GITHUB_REPOSITORY]' }),
  'pull-request': parsed(parseInteger).optional().meta({ description: 'Number of the pull request' }),
  head: parsed(parseHead).optional().meta({ description: 'In place of the number: OWNER:BRANCH that it merges' }),
  sha: text().optional().meta({ description: 'With --head: the commit that was measured' }),
  name: parsed(parseName)
    .prefault('check')
    .meta({ description: 'Name of the comment; that of the same name is replaced' }),
  author: text().prefault(WORKFLOW_BOT).meta({ description: "Login of the token's owner" }),
  'dry-run': toggle().meta({ description: 'Print the comment, and write nothing' }),
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench comment`: writes a result as one comment of a pull request on GitHub. */
export const comment: Command<typeof schema> = {
  name: 'comment',
  describe: 'Write a result as a comment of a GitHub pull request, in place of the last one',
  schema,
  positional: {
    name: 'file',
    describe: 'A file of results, or the directory of a run',
    default: 'results/latest',
  },
  examples: [
    ['comment check.json --pull-request 12', 'with the token in $GITHUB_TOKEN'],
    ['comment check.json --dry-run', 'print what would be written'],
  ],
  async run(flags, file = '') {
    const place = flags.values['dry-run'] ? null : readPlace(flags);
    flags.assertNoFaults();
    const [{ readSaved }, { render }] = await Promise.all([
      import('../../reports/files/reader.ts'),
      import('../../reports/renderers/formats.ts'),
    ]);
    const { name, author } = flags.values;
    const body = await render('comment', readSaved(file), { color: false, width: 100 });
    if (place === null) print(`${markerOf(name)}\n${body}`);
    else await write(place, { name, author, body });
    return EXIT.ok;
  },
};

/** Where a comment goes. */
interface Place {
  readonly api: GitHubApi;
  readonly repository: Repository;
  readonly pullRequest: number | { readonly label: string; readonly sha: string };
}

async function write(
  { api, repository, pullRequest }: Place,
  said: { readonly name: string; readonly author: string; readonly body: string },
): Promise<void> {
  const number = typeof pullRequest === 'number' ? pullRequest : await findPullRequest(api, repository, pullRequest);
  if (number === null) {
    log('no open pull request has this commit as its head any more: no comment was written');
    return;
  }
  const { url, isNew } = await keepComment(api, { repository, pullRequest: number, ...said });
  log(`${isNew ? 'wrote' : 'replaced'} ${url}`);
}

function readPlace(flags: CommandFlags): Place | null {
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY, GITHUB_API_URL } = process.env;
  const { 'pull-request': number, head: label, sha } = flags.values;
  if (!token) flags.refuse('$GITHUB_TOKEN is not set: pass github.token to the step in its environment');
  if ((number === undefined) === (label === undefined))
    flags.refuse('name the pull request: --pull-request, or --head');
  if ((label === undefined) !== (sha === undefined)) flags.refuse('--head needs --sha, and --sha needs --head');
  try {
    const repository = flags.values.repository ?? parseRepository(GITHUB_REPOSITORY ?? '');
    const api = new GitHubApi(GITHUB_API_URL || 'https://api.github.com', token ?? '');
    return { api, repository, pullRequest: number ?? { label: label ?? '', sha: sha ?? '' } };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(error.message);
    return null;
  }
}

/** @throws {RangeError} when it is not `OWNER/NAME`. */
function parseRepository(written: string): Repository {
  if (!/^[\w.-]+\/[\w.-]+$/.test(written)) throw new RangeError(`'${written}' is not OWNER/NAME of a repository`);
  return written as Repository;
}

/** @throws {RangeError} when it is not `OWNER:BRANCH`. */
function parseHead(written: string): string {
  if (!/^[\w.-]+:\S+$/.test(written)) throw new RangeError(`'${written}' is not OWNER:BRANCH`);
  return written;
}

/** @throws {RangeError} when it would not fit into an HTML comment. */
function parseName(written: string): string {
  if (!/^\w+(?:[.-]\w+)*$/.test(written)) throw new RangeError(`'${written}' is not letters, digits, single - and .`);
  return written;
}
