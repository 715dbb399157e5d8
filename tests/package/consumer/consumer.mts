/** Code of a project that uses the package: it is compiled against the installed package, and never runs. */
import {
  bench,
  type CheckResult,
  capacity,
  check,
  exitCode,
  type MeasurementEvent,
  type Result,
  readResult,
  render,
  run,
  type Server,
  scale,
  serve,
  type Trial,
} from 'sockbench';
import { defineConfig } from 'sockbench/config';
import type { CreateProtocol } from 'sockbench/protocol';

/** Compiles only when the type of the argument is known: `any` is a subtype of everything, and so of `never`. */
function known<T>(_: T, ..._isAny: 0 extends 1 & T ? [never] : []): void {}

export async function measure(signal: AbortSignal, plugIn: CreateProtocol): Promise<Trial[]> {
  const measurement = run({ target: { model: 'epoll' }, connections: 50, duration: '5s', size: '64' }, { signal });
  for await (const event of measurement) {
    known(event);
    if (event.event === 'sample') known<number>(event.sample.inFlight);
  }
  const result: Result = await measurement;
  const [trial] = result.trials;
  known(trial?.latencyMicros.response.p99);
  known(result.verdict.statements[0]);
  const verdict = (await check({ a: 'old {port}', b: 'new {port}', gate: { throughput: '1%/5%' } })).verdict;
  known<CheckResult['verdict']>(verdict);
  if (verdict.outcome === 'regressed') known<number>(exitCode(result));
  const server: Server = await serve({ model: 'async', app: 'http' });
  const found = await capacity({ target: server.url, slo: 'p99<5ms', startRate: '10k' });
  known(found.capacity?.[0]?.outcome);
  await server.close();
  await Promise.all([
    bench(),
    bench({ quick: true, outDir: 'results' }),
    scale({ models: ['async'], connections: [1, 64] }),
  ]);
  known<string>(await render('html', await readResult('results/latest')));
  known(plugIn);
  defineConfig({ run: { connections: 5 } });
  return result.trials;
}

export const wrong = [
  // @ts-expect-error: an unknown option
  () => run({ conections: 5 }),
  // @ts-expect-error: run has one number of connections
  () => run({ connections: [1, 64] }),
  // @ts-expect-error: an unknown model
  () => run({ target: { model: 'epol' } }),
  // @ts-expect-error: for the terminal alone
  () => run({ live: 'tui' }),
  // @ts-expect-error: a duration without its unit's name
  () => run({ duration: '5 parsecs' }),
  // @ts-expect-error: no outcome of a check
  async () => (await check({})).verdict.outcome === 'slower',
  // @ts-expect-error: no event
  (event: MeasurementEvent) => event.event === 'finished',
  // @ts-expect-error: no field of a result
  async () => (await run({})).trials.toFixed(),
];
