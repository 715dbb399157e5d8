import { expect, test } from 'vitest';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { notesOf } from '../../scripts/lab/changelog.ts';

const CHANGELOG = `# Changelog

All changes.

## Unreleased

## 1.1.0 - 2026-11-29

### Added

- \`run\`: a thing.

## [1.0.0] - 2026-01-02

- The first one.
`;

function faultsOf(...args: Parameters<typeof notesOf>): readonly string[] {
  try {
    notesOf(...args);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

test('the notes of a release are the section of its version', () => {
  expect(notesOf(CHANGELOG, '1.1.0', 'v1.1.0')).toBe('### Added\n\n- `run`: a thing.');
  expect(notesOf(CHANGELOG, '1.0.0')).toBe('- The first one.');
});

test('a version without a section, changes without a version and another tag prevent a release, all at once', () => {
  const unreleased = CHANGELOG.replace('## Unreleased\n', '## Unreleased\n\n- Not yet.\n');
  expect(faultsOf(unreleased, '1.2.0', 'v1.1.0')).toEqual([
    '--tag: v1.1.0 is not v1.2.0, the version in package.json: change one of them',
    "CHANGELOG.md: 'Unreleased' has entries: move them to a section '## 1.2.0 - DATE'",
    "CHANGELOG.md: there is nothing about 1.2.0: write '## 1.2.0 - DATE' and its changes",
  ]);
  expect(faultsOf(CHANGELOG.replace('- The first one.', ''), '1.0.0')).toHaveLength(1);
  expect(faultsOf(unreleased, '1.1.0', 'v1.1.0')).toHaveLength(1);
});
