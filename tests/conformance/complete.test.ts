import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { appNames, apps } from '../../servers/apps/catalog.ts';
import { modelNames } from '../../servers/catalog.ts';
import { appSuites } from './app-suites.ts';
import { transportsOf } from './suite.ts';

test.each(modelNames)('%s has its conformance tests', (name) => {
  const file = readFileSync(new URL(`./${name}.test.ts`, import.meta.url), 'utf8');
  expect(file).toContain(`\nconformance('${name}');\n`);
});

test.each(appNames)('%s is tested over each transport that it speaks', (name) => {
  expect(Object.keys(appSuites[name]).sort()).toEqual([...apps[name].transports].sort());
});

describe.each(modelNames)('%s', (model) => {
  test.each(appNames.filter((app) => !('needs' in apps[app])))('carries %s, which needs nothing special', (app) => {
    expect(transportsOf(model, app)).toEqual(apps[app].transports);
  });
});

test.each(appNames)('%s is carried by some model over each transport that it speaks', (app) => {
  const carried = new Set(modelNames.flatMap((model) => transportsOf(model, app)));
  expect(carried).toEqual(new Set(apps[app].transports));
});
