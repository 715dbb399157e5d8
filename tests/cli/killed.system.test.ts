import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { coarse } from './brief-check.ts';
import { Program, scratchDirectory, sockbench } from './program.ts';
import { short } from './saved-file.ts';

const ECHO = "exec node -e 'require(`net`).createServer((s) => s.pipe(s)).listen({port})'";

test.each([
  ['run', ['--model', 'event-driven', '-r', '1000', ...short], /^\[2\/1000\]/m, /\d+ trials/],
  ['scale', ['--models', 'event-driven', '-c', '1,2', '-r', '1000', ...short], /^\[2\/2000\]/m, /\d+ trials/],
  [
    'capacity',
    ['--models', 'event-driven', '--slo', 'p99<1s', '--start-rate', '1000', ...short, '--confirm', '100ms'],
    /^\[2\]/m,
    /\d+ trials/,
  ],
  [
    'check',
    ['--a', ECHO, '--b', ECHO, '--gate', coarse('cpu'), '-c', '2', '--window', '5ms', '--warmup', '5ms'],
    /^check: session 3/m,
    /\d+ sessions/,
  ],
] as const)(
  '%s keeps finished results when it is killed with SIGKILL, and report reads them',
  async (command, flags, done, finished) => {
    const cwd = scratchDirectory();
    const killed = new Program([command, ...flags], { cwd });
    await killed.waitForOutput(done);
    killed.process.kill('SIGKILL');
    expect((await killed.end()).code).toBeNull();
    const directory = join(cwd, 'results', 'latest');
    expect(readdirSync(directory)).toEqual(['journal.jsonl']);
    appendFileSync(join(directory, 'journal.jsonl'), '{"add":{"tri');

    const { stdout } = await sockbench('report', directory, '--format', 'json');
    const saved = JSON.parse(stdout);
    expect((saved.trials ?? saved.sessions).length).toBeGreaterThanOrEqual(2);
    expect(saved).toMatchObject({ interrupted: true, finishedAt: null });
    expect(saved.warnings.map(({ code }: { code: string }) => code)).toEqual(
      expect.arrayContaining(['torn-line', 'killed']),
    );
    expect(saved.warnings.at(-1).message).toMatch(finished);
  },
);
