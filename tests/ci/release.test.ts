import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const { on, permissions, jobs } = parse(readFileSync('.github/workflows/release.yml', 'utf8'));

test('a release begins with a tag, and is published only after the tests, with provenance', () => {
  expect(on).toEqual({ push: { tags: ['v*'] } });
  expect(jobs.publish.needs).toBe('tests');
  const steps: { readonly run?: string }[] = jobs.publish.steps;
  const commands = steps.flatMap(({ run }) => run ?? []);
  // The notes come first: they fail unless tag, version and change log agree.
  expect(commands.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual([
    'npm ci',
    'npm run --silent',
    'npm publish --provenance',
    'gh release create',
  ]);
  expect(commands[1]).toContain('release-notes -- --tag "$GITHUB_REF_NAME"');
});

test('what runs the tests has no token to publish', () => {
  expect(permissions).toEqual({ contents: 'read' });
  expect(jobs.tests.permissions).toBeUndefined();
  expect(JSON.stringify(jobs.tests)).not.toMatch(/secrets|github\.token/);
  expect(jobs.publish.permissions).toEqual({ contents: 'write', 'id-token': 'write' });
});
