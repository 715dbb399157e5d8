import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/README.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
/** Files of the project that a text names in full. NAME and the like stand for a file that a reader adds. */
const FILE = /\b(?:scripts|reports|bench|servers|sockets|tests|examples|docs)\/[\w./-]+\.(?:ts|mjs|c|py|rs|md)\b/g;
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;

describe.each(documents)('%s', (document) => {
  const text = readFileSync(document, 'utf8');

  test('names files that exist', () => {
    const named = [...text.matchAll(FILE)].map(([file]) => file).filter((file) => !/[A-Z]{3}|\ba\/b\./.test(file));
    const missing = named.filter((file) => !existsSync(file) && !existsSync(join(dirname(document), file)));
    expect(missing).toEqual([]);
  });

  test('links to files that exist', () => {
    const links = [...text.matchAll(LINK)].map(([, link = '']) => join(dirname(document), link));
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});

test('the README is short', () => {
  expect(readFileSync('README.md', 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
});

test('the model that CONTRIBUTING.md shows is one of the program', () => {
  const [, shown = ''] = /^ {3}```ts\n(.*?)^ {3}```$/ms.exec(readFileSync('CONTRIBUTING.md', 'utf8')) ?? [];
  expect(shown.replace(/^ {3}/gm, '')).toBe(readFileSync('servers/models/nonblocking.ts', 'utf8'));
});
