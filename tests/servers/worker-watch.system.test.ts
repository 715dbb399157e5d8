import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { type ModelName, modelNames } from '../../servers/model-catalog.ts';
import { soon } from './until.ts';

const program = fileURLToPath(new URL('./failing-thread.mjs', import.meta.url));

/** Returns the report of a model whose app has failed in one of its threads, and the end of its process. */
async function reportOf(model: ModelName, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [program, model], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close');
  const early = ended.then((how) => {
    throw new Error(`ended without a report: ${how}: ${errors}`);
  });
  early.catch(() => undefined);
  const report = once(child.stdout.setEncoding('utf8'), 'data');
  const [line] = await soon('the report', Promise.race([report, early]));
  return { line: String(line), ended, errors: () => errors };
}

function available(models: readonly ModelName[]) {
  return models.filter((model) => whyUnavailable(model) === undefined);
}

describe('a thread that fails is reported by', () => {
  test.each(available(['iterative', 'prethreaded', 'nonblocking', 'epoll', 'multi-reactor', 'io-uring']))(
    '%s, whose process ends with it',
    async (model) => {
      const { line, ended, errors } = await reportOf(model);
      expect(line).toMatch(/^(serving|pool|event loop|ring) thread( \d+ of \d+)? failed: the app fails\n$/);
      const [code] = await soon('the end', ended);
      expect(code).toBe(1);
      expect(errors()).toContain('failing-app.mjs');
    },
  );

  test.runIf(whyUnavailable('thread-per-connection') === undefined)(
    'thread-per-connection, whose other threads continue',
    async () => {
      expect((await reportOf('thread-per-connection')).line).toMatch(
        /^thread \d+ of a connection failed: the app fails\n$/,
      );
    },
  );
});

describe('a thread that ends is reported, unless none serves', () => {
  test.each(available(modelNames))('%s', async (model) => {
    const { line } = await reportOf(model, { FAIL: 'exit' });
    expect(line).toMatch(/^(?:.+ ended with code 3|answered)\n$/);
  });
});
