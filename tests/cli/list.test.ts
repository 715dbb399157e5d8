import { expect, test } from 'vitest';
import { workloads } from '../../bench/model/operating-point.ts';
import { type AppName, appNames, apps } from '../../servers/apps/catalog.ts';
import { whyNotCarried } from '../../servers/carrying.ts';
import { modelNames, models } from '../../servers/catalog.ts';
import { sockbench } from './program.ts';

test('lists every model, app and workload as JSON', async () => {
  const { code, stdout, stderr } = await sockbench('list', '--json');
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
    // Each transport is served, or it is said why not.
    expect([...model.transports, ...Object.keys(model.without)]).toEqual(expect.arrayContaining(['tcp', 'udp']));
    for (const why of Object.values(model.without)) expect(why).toEqual(expect.stringMatching(/./));
    // A reason is given exactly for what is not available.
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

test('says which models carry no chat with the operator, and why not', async () => {
  const { stdout } = await sockbench('list');
  const text = stdout.replaceAll(/\s+/g, ' ');
  expect(text).toMatch(/not by cluster[^:]*: chat-operator needs to run in the process that has the terminal/);
  expect(text).toMatch(/not by iterative, [^:]*: chat-operator needs sessions that may speak at any time/);
  const { models } = JSON.parse((await sockbench('list', '--json')).stdout);
  const carrying = models.filter(({ apps }: { apps: string[] }) => apps.includes('chat-operator'));
  expect(carrying.map(({ name }: { name: string }) => name)).toEqual(['event-driven', 'async']);
});

test('lists them for people within 100 columns', async () => {
  const { code, stdout } = await sockbench('list');
  expect(code).toBe(0);
  for (const name of appNames) expect(stdout).toMatch(new RegExp(`^  ${name} +tcp`, 'm'));
  for (const name of modelNames) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${models[name].transports.join(', ')}: `, 'm'));
  }
  expect(stdout).toContain('not over udp: datagrams');
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});
