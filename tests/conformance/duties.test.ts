import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Every duty of a model (servers/contract.ts) has a test in the table of docs/architecture.md, and the tests exist. */

const contract = readFileSync('servers/contract.ts', 'utf8');
const duties = [...contract.matchAll(/^ \* - `([\w-]+)`:/gm)].map(([, duty = '']) => duty);

const [, table = ''] = readFileSync('docs/architecture.md', 'utf8').split('## What a model promises');
const rows = [...table.matchAll(/^\| `([\w-]+)` \| `(.+?)` \| (.+) \|$/gm)].map(
  ([, duty = '', file = '', titles = '']) => ({ duty, file, titles }),
);

test('every duty of a model has a test', () => {
  expect(duties.length).toBeGreaterThan(10);
  expect(new Set(rows.map(({ duty }) => duty))).toEqual(new Set(duties));
});

test.each(rows)('$duty: $file has $titles', ({ file, titles }) => {
  const text = readFileSync(file, 'utf8');
  for (const title of titles.split('; ')) expect(text).toContain(title);
});
