import { describe, expect, test } from 'vitest';
import { brief } from './brief-check.ts';
import { scratchDirectory, sockbench } from './program.ts';

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
