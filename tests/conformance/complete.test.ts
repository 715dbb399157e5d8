import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { appNames } from '../../servers/apps/catalog.ts';
import { modelNames } from '../../servers/catalog.ts';
import { dialogues } from './dialogues.ts';

test.each(modelNames)('%s has its conformance tests', (name) => {
  expect(existsSync(new URL(`./${name}.test.ts`, import.meta.url))).toBe(true);
});

test.each(appNames)('%s has a dialogue to be tested with', (name) => {
  expect(dialogues[name]).toBeDefined();
});
