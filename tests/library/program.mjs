/**
 * A program that uses the built library, and prints what it saw as JSON. It runs in an empty directory; nothing else may be
 * written there or to its output.
 */
import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { capacity, exitCode, readResult, render, run, serve } from 'sockbench';

const SHORT = { connections: 2, duration: '50ms', warmup: '0s' };
const signals = () => ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException'].map((name) => process.listenerCount(name));

const seen = { filesBefore: readdirSync('.') };

// Twice in one process, iterated over and awaited.
const first = run({ target: { model: 'epoll' }, ...SHORT });
seen.events = [];
for await (const { event, phase } of first) {
  if (event !== 'phase' || phase === 'measuring') seen.events.push(event);
  if (event === 'sample') seen.listeners = signals();
}
const { schema, trials } = await first;
seen.first = { schema, completed: trials[0].requests.completed };
seen.filesAfter = readdirSync('.');

const server = await serve({ model: 'async', app: 'http' });
seen.url = server.url;
seen.taken = await serve({ model: 'async', port: server.address.port }).catch(
  ({ name, message }) => `${name}: ${message}`,
);
const saved = await run({ target: server.url, ...SHORT, outDir: 'results', out: { csv: 'report.csv' } });
seen.second = { target: saved.trials[0].target, exitCode: exitCode(saved), files: readdirSync('.') };
seen.isSaved = isDeepStrictEqual(await readResult('results/latest'), saved);
seen.report = (await render('markdown', saved)).includes(server.url);
await server.close();
seen.refused = await fetch(server.url).catch(({ cause }) => cause.code);
const gone = await run({ target: server.url, ...SHORT, openTimeout: '100ms' });
seen.gone = { exitCode: exitCode(gone) };

// Cancelled while it measures: the promise rejects, and what was measured is saved.
const controller = new AbortController();
const long = capacity(
  {
    models: 'epoll',
    slo: 'p99<1s',
    connections: 2,
    duration: '50ms',
    confirm: '60s',
    warmup: '0s',
    outDir: 'cancelled',
  },
  { signal: controller.signal },
);
try {
  for await (const { event } of long) if (event === 'trial-ended') controller.abort();
} catch (error) {
  if (error !== controller.signal.reason) throw error;
  seen.cancelled = true;
}
seen.interrupted = (await readResult('cancelled/latest')).interrupted;
seen.again = await run({ target: { model: 'epoll' } }, { signal: controller.signal }).catch(({ name }) => name);

process.stdout.write(JSON.stringify(seen));
