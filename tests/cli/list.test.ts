import { expect, test } from 'vitest';
import { workloads } from '../../bench/model/operating-point.ts';
import { type AppName, appNames, apps } from '../../servers/apps/app-catalog.ts';
import { modelNames, transportsCarrying, whyNotCarried } from '../../servers/model-catalog.ts';
import { commandLine } from './in-process.ts';

test('list prints every model, app and workload as JSON', async () => {
  const { code, stdout, stderr } = await commandLine('list', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const listing = JSON.parse(stdout);
  expect(Object.keys(listing)).toEqual(['models', 'apps', 'workloads']);
  expect(listing.models.map(({ name }: { name: string }) => name)).toEqual(modelNames);
  for (const model of listing.models) {
    expect(model).toMatchObject({
      title: expect.any(String),
      summary: expect.any(String),
      apps: appNames.filter((app) => apps[app].transports.some((one) => !whyNotCarried(model.name, app, one))),
      available: expect.any(Boolean),
    });
    // Each transport is either served or listed with a reason.
    expect([...model.transports, ...Object.keys(model.without)]).toEqual(expect.arrayContaining(['tcp', 'udp']));
    for (const why of Object.values(model.without)) expect(why).toEqual(expect.stringMatching(/./));
    // A reason is given if and only if the model is unavailable.
    expect('reason' in model).toBe(!model.available);
  }
  expect(listing.apps.map(({ name }: { name: string }) => name)).toEqual(appNames);
  for (const { name, title, summary, transports, workload } of listing.apps) {
    expect({ title, summary, transports, workload }).toEqual({
      title: expect.any(String),
      summary: expect.any(String),
      transports: apps[name as AppName].transports,
      workload: apps[name as AppName].workload,
    });
  }
  expect(listing.workloads).toEqual(Object.entries(workloads).map(([name, summary]) => ({ name, summary })));
});

test('list prints as JSON the transports over which each model carries each app', async () => {
  const listing = JSON.parse((await commandLine('list', '--json')).stdout);
  for (const { name, apps: carried, carries } of listing.models) {
    expect(Object.keys(carries)).toEqual(carried);
    for (const app of appNames) expect(carries[app] ?? [], `${name}, ${app}`).toEqual(transportsCarrying(name, app));
  }
  const carrying = listing.models.filter(({ carries }: { carries: object }) => 'chat-operator' in carries);
  expect(carrying.map(({ name }: { name: string }) => name)).toEqual(['event-driven', 'async']);
});

test('list reports that a model for one client at a time carries no chat', async () => {
  const { stdout } = await commandLine('list');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('iterative: chat needs clients that are served at the same time');
  const { models } = JSON.parse((await commandLine('list', '--json')).stdout);
  const left = models.filter(({ apps }: { apps: string[] }) => !apps.includes('chat'));
  expect(left.map(({ name }: { name: string }) => name)).toEqual(['iterative']);
});

test('list prints text within 100 columns', async () => {
  const { code, stdout } = await commandLine('list');
  expect(code).toBe(0);
  for (const name of [...appNames, ...modelNames, ...Object.keys(workloads)]) {
    expect(stdout).toMatch(new RegExp(`^  ${name}  +\\S`, 'm'));
  }
  for (const name of modelNames) expect(stdout).toMatch(new RegExp(`^${name}\\*?  +[t·][u·][s·]`, 'm'));
  expect(stdout).toContain('over udp                balanced: datagrams');
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});
