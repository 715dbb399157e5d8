import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkResultSchema } from '../../bench/model/check-result.ts';
import { checked, STOLEN } from './disturbed.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';

const echo = 'exec node tests/bench/foreign-server.mjs {port} echo';
const slow = 'exec node tests/bench/foreign-server.mjs {port} slow';
/** Flags of a check that is as short as possible: no gated metric needs windows at a rate. */
const brief = [
  '--gate',
  'throughput,cpu',
  '--window',
  '10ms',
  '--warmup',
  '100ms',
  '-c',
  '4',
  '--max-sessions',
  '10',
  '-q',
];

test('a check with a failing program ends with 4', async () => {
  const broken = "echo 'no luck' >&2; exit 3 # {port}";
  const { code, stderr } = await sockbench(
    'check',
    '--a',
    echo,
    '--b',
    broken,
    ...brief,
    '--out-dir',
    scratchDirectory(),
  );
  expect(code).toBe(4);
  expect(stderr).toMatch(/B \(.*\): .*exited with code 3/);
  expect(stderr).toContain('no luck');
});

test('a check finds a server that uses much more CPU at the first look, and names the metric', {
  timeout: 300_000,
}, async ({ skip }) => {
  // Programs in Node warm up for longer than the warm-up of the other tests.
  const warm = brief.map((flag) => (flag === '100ms' ? '700ms' : flag));
  const flags = ['--a', echo, '--b', slow, ...warm, '--seed', '7', '--json', '-'];
  const outcome = await sockbench('check', ...flags, '--out-dir', scratchDirectory());
  const { code, result, disturbed } = checked(outcome);
  skip(disturbed, STOLEN);
  expect(result.verdict).toMatchObject({ outcome: 'suspected', metrics: expect.arrayContaining(['cpu']) });
  expect(code).toBe(1);
  const counting = result.sessions.filter(({ excluded }) => excluded === null);
  expect(counting).toHaveLength(10);
  expect(new Set(result.sessions.map(({ places }) => places[0]))).toEqual(new Set(['a', 'b']));
  expect(result.looks).toHaveLength(1);
});

test('a pilot finds the common rate and plans sessions, and an interrupted check keeps its sessions', {
  timeout: 300_000,
}, async () => {
  const flags = [
    // A given warm-up keeps the pilot's three starts short. On a busy machine sessions take long, hence the budget.
    '--warmup',
    '200ms',
    '--budget',
    '60m',
    '--gate',
    'cpu,p50,p99',
    '--window',
    '20ms',
    '-c',
    '4',
    '--json',
    '-',
    '--out-dir',
    scratchDirectory(),
  ];
  const program = new Program(['check', '--a', echo, '--b', echo, ...flags]);
  await program.says(/check: session 2,/);
  program.process.kill('SIGINT');
  const { code, stdout } = await program.end();
  expect(code).toBe(130);
  const { interrupted, plan, pace, sessions } = checkResultSchema.parse(JSON.parse(stdout));
  expect(interrupted).toBe(true);
  expect(pace?.fullWindows).toBeGreaterThanOrEqual(4);
  expect(pace?.looks?.[0]?.sessions).toBe(10);
  expect(sessions).toHaveLength(1);
  // A metric is dropped, with the reason, when this machine delays the generator too much to measure it.
  const dropped = new Set(plan.dropped?.map(({ metric }) => metric));
  for (const { p50, p99 } of Object.values(sessions[0]?.costs ?? {})) {
    expect(p50 === null).toBe(dropped.has('p50') && dropped.has('p99'));
    if (!dropped.has('p99')) expect(p99).not.toBeNull();
  }
});

describe('check over HTTP with', () => {
  /** Returns the command of a server whose replies have this expression as body; `n` is the number of the reply. */
  const page = (body: string) =>
    `exec node -e 'let n = 0; require("http").createServer((_, r) => (n++, r.end(${body}))).listen({port}, "127.0.0.1")'`;
  const accented = page('"é".repeat(2e5)');

  test.each<[string, string, string, readonly string[], number, string]>([
    ['a page that is empty in B', page('"Hi"'), page('""'), [], 5, "A's page has 2 bytes, and B's 0 bytes"],
    ['pages that change', page('"n" + n'), page('"n" + n'), [], 5, "A's page changes from reply to reply"],
    ['a page that becomes empty later', page('"Hi"'), page('n > 20 ? "" : "Hi"'), [], 4, 'got a wrong reply'],
    ['a page with status 404', page('"Hi"'), page('(r.statusCode = 404, "")'), [], 4, 'with status 404'],
    [
      'changing pages that are allowed',
      page('"n" + n'),
      page('"n" + n'),
      ['--any-page', '--budget', '2s'],
      3,
      'results saved',
    ],
    ['a long page with accents', accented, accented, ['--budget', '2s'], 3, 'results saved'],
  ])('%s', async (_, a, b, more, expected, message) => {
    const { code, stderr, stdout } = await sockbench(
      ...[
        'check',
        '--app',
        'http',
        '--a',
        a,
        '--b',
        b,
        ...brief,
        ...(more.includes('--budget') ? [] : ['--budget', '6s']),
        ...more,
      ],
      ...['--json', '-', '--out-dir', scratchDirectory()],
    );
    expect(code, stderr).toBe(expected);
    expect(stderr).toContain(message);
    if (more.includes('--any-page')) expect(stdout).toContain('pages-not-compared');
  });
});

describe('a check against a commit', () => {
  const build = 'mkdir -p built && cp src/server.mjs built/';
  const exec = 'exec node built/server.mjs {port} $(cat way)';

  /** Creates a repository with the server in a subdirectory, and one that does not work in its root. */
  function repository() {
    const root = scratchDirectory();
    const directory = join(root, 'services/api');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: root });
    for (const each of [root, directory]) {
      mkdirSync(join(each, 'src'), { recursive: true });
      writeFileSync(join(each, 'way'), 'echo');
    }
    copyFileSync('tests/bench/foreign-server.mjs', join(directory, 'src/server.mjs'));
    writeFileSync(join(root, 'src/server.mjs'), "throw new Error('this is the root');");
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'fast');
    return { root, directory, git };
  }

  /** Runs a check that tests preparation and clean-up only: the default budget ends before anything is measured. */
  async function checkIn(cwd: string, ref: string, budget = '1ms') {
    const TMPDIR = scratchDirectory();
    const ended = await new Program(
      ['check', '--baseline-ref', ref, '--build', build, '--exec', exec, ...brief, '--budget', budget, '--json', '-'],
      { cwd, env: { TMPDIR } },
    ).end();
    expect(readdirSync(TMPDIR)).toEqual([]);
    return ended;
  }

  test('builds both versions in place, and removes its work tree', async () => {
    const { directory, git } = repository();
    writeFileSync(join(directory, 'way'), 'slow');
    const { code, stdout, stderr } = await checkIn(directory, 'main');
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/building in .*\/tree\/services\/api\n/);
    const { plan, warnings } = checkResultSchema.parse(JSON.parse(stdout));
    expect(plan.a).toMatch(/^main \([0-9a-f]{9}\)$/);
    expect(warnings.map(({ code }) => code)).not.toContain('same-sources');
    expect(existsSync(join(directory, 'built/server.mjs'))).toBe(true);
    expect(git('worktree', 'list').toString().trim().split('\n')).toHaveLength(1);
  });

  test('runs A in the corresponding directory of the commit', async () => {
    const { directory } = repository();
    // The budget suffices for one session to begin.
    const { code, stderr } = await checkIn(directory, 'main', '100ms');
    expect(code, stderr).toBe(3);
  });

  test('warns that A and B are the same if the commit is checked out and unchanged', async () => {
    const { directory } = repository();
    const { stdout, stderr } = await checkIn(directory, 'HEAD');
    expect(stderr).toContain('A and B are the same: HEAD is checked out here');
    const { warnings } = checkResultSchema.parse(JSON.parse(stdout));
    expect(warnings.map(({ code }) => code)).toContain('same-sources');
  });

  test('without the current directory in it is refused with 2', async () => {
    const { root } = repository();
    mkdirSync(join(root, 'new'));
    const { code, stderr } = await checkIn(join(root, 'new'), 'main');
    expect(code).toBe(2);
    expect(stderr).toContain('baseline-ref: main has no new/');
  });

  test('that a shallow clone lacks is refused with 2 and a hint', async () => {
    const { root, git } = repository();
    git('commit', '-q', '--allow-empty', '-m', 'second');
    const clone = join(scratchDirectory(), 'clone');
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${root}`, clone]);
    const { code, stderr } = await checkIn(clone, 'HEAD^');
    expect(code).toBe(2);
    expect(stderr).toMatch(/baseline-ref: git rev-parse: .*git fetch.*fetch-depth: 0/);
  });
});
