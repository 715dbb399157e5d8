import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { appNames, apps } from '../../servers/apps/app-catalog.ts';
import type { CarriedApp, CarryingModel } from '../../servers/apps/capability.ts';
import { modelNames, models, transportsCarrying, whyNotCarried } from '../../servers/model-catalog.ts';
import { basicTransport, type TransportName, transportNames } from '../../servers/transport.ts';
import { appSuites } from './app-suites.ts';
import {
  cells,
  isOfKinds,
  KINDS,
  LOOPS,
  type Scope,
  scopeOf,
  testedTransports,
  testsStarts,
  testsWork,
} from './cells.ts';
import type { Subject } from './subject.ts';

test.each(modelNames)('%s has its conformance tests', (name) => {
  const file = readFileSync(new URL(`./${name}.system.test.ts`, import.meta.url), 'utf8');
  expect(file).toContain(`\nconformance('${name}');\n`);
});

test.each(appNames)('%s is tested over each transport that it supports', (name) => {
  expect(Object.keys(appSuites[name]).sort()).toEqual([...apps[name].transports].sort());
});

describe.each(modelNames)('%s', (model) => {
  test.each(appNames)(
    'carries %s over each transport that both support, if it has the capabilities that the app needs',
    (app) => {
      const { needs = [] }: CarriedApp = apps[app];
      const { can = [], transports }: CarryingModel = models[model];
      const spoken: readonly TransportName[] = apps[app].transports;
      const shared = transportNames.filter(
        (name) => transports.includes(name) && spoken.includes(basicTransport(name)),
      );
      const carried = needs.every((capability) => can.includes(capability));
      expect(transportsCarrying(model, app)).toEqual(carried ? shared : []);
    },
  );

  test.each(['tcp', 'udp'] as const)('serves %s, or gives the reason why not', (transport) => {
    const { transports, without }: CarryingModel = models[model];
    expect(without?.[transport] === undefined).toBe(transports.includes(transport));
  });
});

test('a model whose threads or processes share a port gives the reason why it serves over no Unix-domain socket', () => {
  expect(whyNotCarried('epoll', 'echo', 'unix')).toBeUndefined();
  expect(whyNotCarried('multi-reactor', 'echo', 'unix')).toContain('SO_REUSEPORT');
  expect(whyNotCarried('cluster-reuseport', 'echo', 'unix')).toContain('SO_REUSEPORT');
});

test('a model that carries no TLS gives the reason why not', () => {
  expect(whyNotCarried('event-driven', 'echo', 'tls')).toBeUndefined();
  expect(whyNotCarried('balanced', 'echo', 'tls')).toContain('the balancer forwards bytes');
  expect(whyNotCarried('nonblocking', 'echo', 'tls')).toContain('this model makes system calls itself');
});

test.each(appNames)('%s is carried by some model over each transport that it supports', (app) => {
  const carried = new Set(modelNames.flatMap((model) => transportsCarrying(model, app)));
  for (const transport of apps[app].transports) expect(carried).toContain(transport);
});

describe('combinations of model, app and transport:', () => {
  const named = ({ model, app, transport }: Subject) => `${model} ${app} ${transport}`;
  const product = modelNames.flatMap((model) =>
    appNames.flatMap((app) => transportNames.map((transport) => ({ model, app, transport }))),
  );
  const carried = product.filter(({ model, app, transport }) => testedTransports(model, app).includes(transport));

  test('the full suite contains all that a model can carry, and over Unix-domain sockets echo', () => {
    expect(cells('full').map(named).sort()).toEqual(carried.map(named).sort());
  });

  test('the usual suite has all on a model of each kind of I/O, and echo, chat and http on all models', () => {
    const usual = cells('usual').map(named);
    const kinds: readonly string[] = Object.values(KINDS);
    expect(usual).toEqual(expect.arrayContaining(carried.filter(({ model }) => kinds.includes(model)).map(named)));
    const everywhere = carried.filter(
      ({ app, transport }) => ['echo', 'chat', 'http'].includes(app) && ['tcp', 'udp'].includes(transport),
    );
    expect(usual).toEqual(expect.arrayContaining(everywhere.map(named)));
  });

  test('the usual suite has echo over each transport on all models that serve with code of their own', () => {
    const ofLoops = carried.filter(({ model, app }) => LOOPS[model] === undefined && app === 'echo');
    expect(cells('usual').map(named)).toEqual(expect.arrayContaining(ofLoops.map(named)));
    for (const loop of Object.values(LOOPS)) expect(LOOPS[loop]).toBeUndefined();
  });

  test('the usual suite has each app over each transport over which some model carries it', () => {
    const spoken = (all: readonly Subject[]) => new Set(all.map(({ app, transport }) => `${app} ${transport}`));
    expect(spoken(cells('usual'))).toEqual(spoken(carried));
  });

  test('the full suite has requests with a cost on all models, the usual suite on each loop', () => {
    const working = (scope: Scope) => modelNames.filter((model) => testsWork(scope, model, 'tcp'));
    expect(working('full')).toEqual(modelNames);
    const loops = modelNames.map((model) => LOOPS[model] ?? model);
    expect(new Set(loops)).toEqual(new Set(working('usual')));
  });

  test('starts are tested on all models over TCP and UDP, on a model of each kind over all transports', () => {
    const starts = (scope: Scope) =>
      carried.filter(({ model, app, transport }) => app === 'echo' && testsStarts(scope, model, transport)).map(named);
    expect(starts('full')).toEqual(carried.filter(({ app }) => app === 'echo').map(named));
    const usual = carried.filter(
      ({ model, app, transport }) => app === 'echo' && (isOfKinds(model) || transport === 'tcp' || transport === 'udp'),
    );
    expect(starts('usual')).toEqual(usual.map(named));
  });

  test('the environment selects the suite, and an unknown name is an error', () => {
    const scopes = [{}, { SOCKBENCH_CONFORMANCE: 'usual' }, { SOCKBENCH_CONFORMANCE: 'full' }].map(scopeOf);
    expect(scopes).toEqual(['usual', 'usual', 'full']);
    expect(() => scopeOf({ SOCKBENCH_CONFORMANCE: 'all' })).toThrow('SOCKBENCH_CONFORMANCE=all: usual or full');
  });
});
