import { expect, test } from 'vitest';
import { modelNames } from '../../servers/catalog.ts';
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
      transports: ['tcp', 'udp'],
      apps: ['echo'],
      available: expect.any(Boolean),
    });
    // A reason is given exactly for what is not available.
    expect('reason' in model).toBe(!model.available);
  }
  expect(listing.apps).toEqual([
    { name: 'echo', title: 'Echo', summary: expect.stringContaining('RFC 862'), transports: ['tcp', 'udp'] },
  ]);
  expect(listing.workloads).toEqual([{ name: 'request-response', summary: expect.any(String) }]);
});

test('lists them for people within 100 columns', async () => {
  const { code, stdout } = await sockbench('list');
  expect(code).toBe(0);
  for (const name of modelNames) expect(stdout).toMatch(new RegExp(`^  ${name} +tcp, udp: `, 'm'));
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});
