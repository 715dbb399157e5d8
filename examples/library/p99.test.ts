import { fileURLToPath } from 'node:url';
import { render, run } from 'sockbench';
import { expect, test } from 'vitest';

const server = fileURLToPath(new URL('server.mjs', import.meta.url));

/**
 * Where 99 % of the response times must stay below, in milliseconds. An honest bound is some times what the machine of
 * your builds measures while it is idle, at a rate well below what the server can take: at full load, the latency is that
 * of the queue. It finds what became several times slower. For some percent, use `check`, which measures both versions.
 */
const boundMs = Number(process.env.P99_BOUND_MS ?? 50);

test(`99 % of the requests are answered within ${boundMs} ms`, { timeout: 60_000 }, async ({ signal, skip }) => {
  const result = await run(
    {
      target: { exec: `'${process.execPath}' '${server}' {port}`, name: 'server' },
      app: 'http',
      ...{ connections: 10, rate: 200, warmup: '200ms', duration: '1s' },
      threshold: `p99<${boundMs}ms`,
    },
    { signal },
  );
  expect(result.failures).toEqual([]);
  // On a machine that is too busy, nothing is known about the server: neither that it is fast nor that it is slow.
  const invalid = result.trials.filter(({ validity }) => validity.verdict === 'invalid');
  if (invalid.length > 0)
    skip(invalid.flatMap(({ validity }) => validity.reasons.map(({ message }) => message)).join('\n'));
  expect(result.thresholds, await render('terminal', result)).toMatchObject([{ kept: true }]);
});
