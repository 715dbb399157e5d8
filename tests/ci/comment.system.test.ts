import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { commandLine } from '../cli/in-process.ts';
import { scratchDirectory } from '../cli/program.ts';
import { checkResult } from '../reports/checks.ts';
import { BOT, GitHubStandIn, TOKEN } from './github-stand-in.ts';

/** Writes a check, and runs `sockbench comment` on it with the environment of a job. */
async function comment(api: Pick<GitHubStandIn, 'url'>, args: readonly string[], token = TOKEN) {
  const directory = scratchDirectory();
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'check.json');
  writeFileSync(file, jsonDocument(checkResult()));
  const before = { ...process.env };
  Object.assign(process.env, { GITHUB_TOKEN: token, GITHUB_REPOSITORY: 'o/r', GITHUB_API_URL: api.url });
  try {
    return await commandLine('comment', file, ...args);
  } finally {
    process.env = before;
  }
}

describe('sockbench comment', () => {
  test('writes a marked comment, and replaces it the next time', async () => {
    const api = await GitHubStandIn.start();
    const first = await comment(api, ['--pull-request', '7']);
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain('wrote https://github.invalid/o/r/pull/7#issuecomment-1000');
    expect(api.comments).toHaveLength(1);
    expect(api.comments[0]?.body).toMatch(/^<!-- sockbench:check -->\n(?!<!--)/);
    const second = await comment(api, ['--pull-request', '7']);
    expect(second.stderr).toContain('replaced https://github.invalid/o/r/pull/7#issuecomment-1000');
    expect(api.comments).toHaveLength(1);
  });

  test('finds its comment on a later page, and leaves others alone: also those that carry its marker', async () => {
    const api = await GitHubStandIn.start();
    api.add('mallory', '<!-- sockbench:check -->\nforged');
    api.add(BOT, '<!-- sockbench:check-udp -->\nof another name');
    for (let i = 0; i < 120; i++) api.add('someone', `comment ${i}`);
    api.add(BOT, '<!-- sockbench:check -->\nof the last run');
    const { code } = await comment(api, ['--pull-request', '7']);
    expect(code).toBe(0);
    expect(api.comments).toHaveLength(123);
    expect(api.comments.filter(({ body }) => body.includes('of the last run'))).toEqual([]);
    expect(api.comments[0]?.body).toContain('forged');
    expect(api.comments[1]?.body).toContain('of another name');
  });

  test('finds the pull request of a fork by its head, and writes nothing for a commit that it has left', async () => {
    const api = await GitHubStandIn.start();
    api.pulls.push({ number: 6, label: 'fork:fast', sha: 'aaa' }, { number: 7, label: 'fork:fast', sha: 'bbb' });
    expect((await comment(api, ['--head', 'fork:fast', '--sha', 'bbb'])).code).toBe(0);
    expect(api.comments).toHaveLength(1);
    const late = await comment(api, ['--head', 'fork:fast', '--sha', 'ccc']);
    expect(late).toMatchObject({ code: 0 });
    expect(late.stderr).toContain('no open pull request has this commit');
    expect(api.comments).toHaveLength(1);
  });

  test('prints what it would write, without a token', async () => {
    const api = await GitHubStandIn.start();
    const { code, stdout } = await comment(api, ['--dry-run', '--name', 'udp'], '');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!-- sockbench:udp -->\n/);
    expect(api.calls).toEqual([]);
  });

  test('reports what GitHub refuses, and never prints the token', async () => {
    const api = await GitHubStandIn.start();
    const wrong = await comment(api, ['--pull-request', '7'], 'ghs_expired');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/401: \{"message":"Bad credentials"\}; the token is not valid/);
    expect(wrong.stderr).not.toContain('ghs_expired');
    const missing = await comment(api, ['--pull-request', '8']);
    expect(missing.stderr).toMatch(/404: .*may not see it/);
    api.stop();
    const nobody = await comment(api, ['--pull-request', '7']);
    expect(nobody.stderr).toMatch(/no answer: ./);
  });

  test.each([
    [['--pull-request', '7'], { url: 'http://api.github.invalid' }, "'http://api.github.invalid' is not an https://"],
    [[], undefined, 'name the pull request: --pull-request, or --head'],
    [['--head', 'a:b'], undefined, '--head needs --sha'],
    [['--pull-request', '7', '--name', 'a -->'], undefined, "--name: 'a -->' is not letters, digits"],
    [['--pull-request', '7', '--repository', '../x/y'], undefined, "--repository: '../x/y' is not OWNER/NAME"],
  ])('refuses %j', async (args, api = { url: 'https://api.github.invalid' }, fault) => {
    const { code, stderr } = await comment(api, args);
    expect(code).toBe(2);
    expect(stderr).toContain(fault);
  });
});
