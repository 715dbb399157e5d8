import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { appNames, apps } from '../../servers/apps/catalog.ts';
import type { CarryingModel } from '../../servers/carrying.ts';
import { modelNames, models } from '../../servers/catalog.ts';
import type { Transport } from '../../sockets/socket.ts';
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
  test.each(appNames.filter((app) => !('needs' in apps[app])))(
    'carries %s over each transport that both have',
    (app) => {
      const has: readonly Transport[] = models[model].transports;
      expect(transportsOf(model, app)).toEqual(apps[app].transports.filter((transport) => has.includes(transport)));
    },
  );

  test.each(['tcp', 'udp'] as const)('serves %s, or says why not', (transport) => {
    const { transports, without }: CarryingModel = models[model];
    expect(without?.[transport] === undefined).toBe(transports.includes(transport));
  });
});

test.each(appNames)('%s is carried by some model over each transport that it speaks', (app) => {
  const carried = new Set(modelNames.flatMap((model) => transportsOf(model, app)));
  expect(carried).toEqual(new Set(apps[app].transports));
});
