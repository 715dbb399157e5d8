import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkResultSchema } from '../../bench/model/check-result.ts';
import { brief } from '../cli/brief-check.ts';
import { scratchDirectory } from '../cli/program.ts';
import { checkResult } from '../reports/checks.ts';
import { runAction } from './composite-action.ts';
import { GitHubStandIn, TOKEN } from './github-stand-in.ts';

const root = resolve('.');
/** Arguments of a check that ends before its first session, so that it is inconclusive at once; a line each. */
const shortest = [...brief, '--budget', '1ms'].join('\n');

/** A checkout of a pull request, as actions/checkout leaves it: a merge of its head with the base. */
function pullRequest(): string {
  const origin = join(scratchDirectory(), 'origin');
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], {
      cwd,
      encoding: 'utf8',
    });
  mkdirSync(origin, { recursive: true });
  copyFileSync('tests/bench/foreign-server.mjs', join(origin, 'server.mjs'));
  git(origin, 'init', '-q', '-b', 'main');
  git(origin, 'add', '.');
  git(origin, 'commit', '-q', '-m', 'base');
  git(origin, 'checkout', '-q', '-b', 'change');
  git(origin, 'commit', '-q', '--allow-empty', '-m', 'change');
  git(origin, 'checkout', '-q', 'main');
  git(origin, 'commit', '-q', '--allow-empty', '-m', 'others meanwhile');
  const workspace = join(scratchDirectory(), 'workspace');
  git(root, 'clone', '-q', origin, workspace);
  git(workspace, 'merge', '-q', '--no-ff', '-m', 'merge', 'origin/change');
  return workspace;
}

describe('the action of a check', () => {
  test('compares a pull request with its merge base, and leaves reports, summary and outputs', async () => {
    const workspace = pullRequest();
    const uploads: Readonly<Record<string, string>>[] = [];
    const { isSuccess, outputs, summary, log } = await runAction({
      ...{ action: root, workspace, temporary: scratchDirectory() },
      env: { ...process.env, GITHUB_BASE_REF: 'main' },
      inputs: { exec: 'exec node server.mjs {port} echo', build: 'echo built > built', arguments: shortest },
      uses: (action, parameters) => {
        expect(action).toMatch(/^actions\/upload-artifact@v\d+$/);
        uploads.push(parameters);
      },
    });
    expect(isSuccess, log).toBe(true);
    expect(outputs).toMatchObject({ outcome: 'inconclusive', 'exit-code': '3' });
    const directory = outputs.directory ?? '';
    expect(uploads).toEqual([{ name: 'sockbench', path: directory }]);
    const tip = execFileSync('git', ['rev-parse', 'origin/main'], { cwd: workspace, encoding: 'utf8' });
    const { plan } = checkResultSchema.parse(JSON.parse(readFileSync(join(directory, 'check.json'), 'utf8')));
    expect(plan.a).toContain(tip.slice(0, 9));
    expect(existsSync(join(workspace, 'built'))).toBe(true);
    expect(summary).toContain('INCONCLUSIVE');
    expect(readFileSync(join(directory, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(readFileSync(join(directory, 'comment.md'), 'utf8')).toMatch(/^<!-- sockbench:/);
  });

  test('fails with the last lines in the summary when the server does not run', async () => {
    const { isSuccess, outputs, summary } = await runAction({
      ...{ action: root, workspace: pullRequest(), temporary: scratchDirectory() },
      env: { ...process.env, GITHUB_BASE_REF: 'main' },
      inputs: { exec: 'echo "no such <module>" >&2; exit 7; {port}', 'fail-on': 'never' },
      uses: (action) => expect.unreachable(action),
    });
    expect(isSuccess).toBe(false);
    expect(outputs).toMatchObject({ outcome: '', 'exit-code': '4' });
    expect(summary).toMatch(/nothing was measured.*\n {4}.*no such <module>/s);
  });

  test('says how to get the history when there is no commit to compare with', async () => {
    const shallow = join(scratchDirectory(), 'shallow');
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${pullRequest()}`, shallow]);
    const { isSuccess, log } = await runAction({
      ...{ action: root, workspace: shallow, temporary: scratchDirectory() },
      env: { ...process.env, GITHUB_BASE_REF: '' },
      inputs: { exec: 'node server.mjs {port} echo' },
      uses: (action) => expect.unreachable(action),
    });
    expect(isSuccess).toBe(false);
    expect(log).toMatch(/::error::no commit to compare with.*fetch-depth: 0/);
  });

  test('refuses a name that would lead to another directory', async () => {
    const { isSuccess, log } = await runAction({
      ...{ action: root, workspace: scratchDirectory(), temporary: scratchDirectory(), env: process.env },
      inputs: { name: '../results' },
      uses: (action) => expect.unreachable(action),
    });
    expect(isSuccess).toBe(false);
    expect(log).toContain("::error::name: '../results' is not letters");
  });

  test.each([
    ['regressed', [0, 3], [1, 2, 4, 70]],
    ['inconclusive', [0], [1, 2, 3, 4, 70]],
    ['never', [0, 1, 3], [2, 4, 70]],
    ['whenever', [], [0, 1, 3]],
  ])('with fail-on %s passes for exit codes %j, and fails for %j', (failOn, passing, failing) => {
    const isPassing = (code: number) => {
      try {
        const env = { ...process.env, CHECK_FAIL_ON: failOn, CHECK_EXIT_CODE: String(code) };
        execFileSync(join(root, 'action/verdict.sh'), { env, stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    };
    expect([passing.map(isPassing), failing.map(isPassing)]).toEqual([
      passing.map(() => true),
      failing.map(() => false),
    ]);
  });
});

describe('the action of a comment', () => {
  test('comments on the pull request of a fork, whatever its branch is called', async () => {
    const api = await GitHubStandIn.start();
    const branch = "fast-$(id>owned)'`id>owned`";
    api.pulls.push({ number: 7, label: `fork:${branch}`, sha: 'bbb' });
    const [workspace, temporary] = [scratchDirectory(), scratchDirectory()];
    const { isSuccess, log } = await runAction({
      ...{ action: join(root, 'action/comment'), workspace, temporary, inputs: { name: 'udp' } },
      env: { ...process.env, GITHUB_API_URL: api.url, GITHUB_REPOSITORY: 'o/r' },
      values: {
        ...{ 'github.token': TOKEN, 'runner.temp': temporary, 'github.event.workflow_run.id': '1' },
        'github.event.workflow_run.head_repository.owner.login': 'fork',
        'github.event.workflow_run.head_branch': branch,
        'github.event.workflow_run.head_sha': 'bbb',
      },
      uses: (action, { path = '', name }) => {
        expect([action, name]).toEqual([expect.stringMatching(/^actions\/download-artifact@v\d+$/), 'udp']);
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, 'check.json'), JSON.stringify(checkResult()));
        writeFileSync(join(path, 'comment.md'), 'written by the fork');
      },
    });
    expect(isSuccess, log).toBe(true);
    expect(api.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/^<!-- sockbench:udp -->\n/)]);
    expect(api.comments[0]?.body).not.toContain('written by the fork');
    expect(existsSync(join(workspace, 'owned'))).toBe(false);
  });
});

describe('workflows', () => {
  const workflows = ['.github/workflows/sockbench', 'examples/ci/github-check'].map((name) => `${name}.yml`);
  const commenting = ['.github/workflows/sockbench-comment', 'examples/ci/github-comment'].map((name) => `${name}.yml`);

  test.each(workflows)('%s measures without a token, with inputs that the action has', (file) => {
    const { on, permissions, jobs } = parse(readFileSync(file, 'utf8'));
    expect([on, permissions]).toEqual(['pull_request', { contents: 'read' }]);
    const steps: { readonly uses?: string; readonly with?: Record<string, unknown> }[] = jobs.check.steps;
    expect(steps[0]?.with).toEqual({ 'fetch-depth': 0, 'persist-credentials': false });
    const { inputs } = parse(readFileSync('action.yml', 'utf8'));
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(steps.at(-1)?.with ?? {})));
    expect(readFileSync(file, 'utf8')).not.toMatch(/secrets\.|github\.token|pull_request_target/);
  });

  test.each(commenting)('%s runs after it, and runs nothing of the pull request', (file) => {
    const { on, permissions, jobs } = parse(readFileSync(file, 'utf8'));
    expect(on).toEqual({ workflow_run: { workflows: ['sockbench'], types: ['completed'] } });
    expect(permissions).toEqual({ actions: 'read', contents: 'read', 'pull-requests': 'write' });
    const steps: { readonly run?: string; readonly with?: { readonly ref?: string } }[] = jobs.comment.steps;
    expect(steps.filter((step) => step.run !== undefined || step.with?.ref !== undefined)).toEqual([]);
  });
});
