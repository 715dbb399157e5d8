import cluster from 'node:cluster';
import { expect, onTestFinished, test } from 'vitest';
import type * as Catalog from '../../servers/model-catalog.ts';
import { ServerProcess } from './server-process.ts';

/** Built, because its workers run JavaScript files. */
const built = new URL('../../dist/servers/model-catalog.js', import.meta.url).href;
const { loadModel }: typeof Catalog = await import(built);

const spec = { transport: 'tcp', app: 'echo', host: '127.0.0.1' } as const;

test('a failed message to an ended worker does not end the server', async () => {
  const { start } = await loadModel('cluster');
  const server = await start({ ...spec, port: 0 });
  onTestFinished(() => server.close());
  const workers = Object.values(cluster.workers ?? {});
  expect(workers.length).toBeGreaterThan(0);
  for (const worker of workers) {
    // Node emits this when the pipe is broken; without a listener, it is thrown.
    expect(worker?.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe(true);
  }
});

test('a port in use is reported as EADDRINUSE every time', async () => {
  const first = await ServerProcess.start({ model: 'cluster', transport: 'tcp' });
  onTestFinished(() => first.kill());
  const again = Array.from({ length: 4 }, () =>
    ServerProcess.start({ model: 'cluster', transport: 'tcp', port: first.port }),
  );
  for (const { status, ...result } of await Promise.allSettled(again)) {
    expect({ status, ...result }).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('EADDRINUSE') },
    });
  }
});
