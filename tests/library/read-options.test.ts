import { expect, test } from 'vitest';
import { bench, ConfigurationError, capacity, check, run, scale, serve } from '../../scripts/library/index.ts';

/** Returns the faults with which a call rejects. */
async function faultsOf(call: Promise<unknown>): Promise<readonly string[]> {
  const error = await call.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigurationError) return error.faults;
  throw error;
}

test('all faults are reported at once, with the names of options', async () => {
  // Options that are not typed, as in JavaScript.
  const options: object = {
    conections: 5,
    connections: 'x',
    threshold: 'p98<1ms',
    live: 'tui',
    target: { model: 'epol' },
  };
  expect(await faultsOf(run(options))).toEqual([
    'conections: unknown option; did you mean connections?',
    'live: only the command line has it: leave it out',
    "target: unknown model 'epol'; did you mean 'epoll'?",
    "connections: 'x' is not a whole number",
    "threshold: 'p98' is not a metric; did you mean 'p90'?",
  ]);
});

test('what is missing or does not fit together, too', async () => {
  expect(await faultsOf(run({}))).toEqual([
    "specify what to measure: model NAME, exec 'CMD {port}' or target tcp://HOST:PORT",
  ]);
  expect(await faultsOf(capacity({ models: 'epoll', slo: 'p99<5ms', rate: 5 }))).toEqual([
    'rate: the rate is searched for: set the first one with startRate',
  ]);
  expect(await faultsOf(scale({ models: 'async', connections: 5 }))).toEqual([
    'connections: a sweep needs several levels, such as 1,2,4,8,16,32',
  ]);
  expect(await faultsOf(check({ a: "./a --build '--exec' {port}", exec: 'b {port}' }))).toEqual([
    'exec needs baselineRef or baseline; without them, use a and b',
    "specify what to compare: b 'CMD {port}' is missing",
  ]);
  expect(await faultsOf(serve({ model: 'async', app: 'chat-operator' }))).toEqual([
    'app: chat-operator needs a terminal: start it with sockbench serve',
  ]);
  expect(await faultsOf(serve({}))).toEqual([expect.stringContaining('model is missing')]);
});

test('reports do not go to stdout', async () => {
  expect(await faultsOf(bench({ models: 'async', json: '-', out: { html: '-' } }))).toEqual([
    'out html: name a file: - is stdout, which belongs to your program',
    'json: name a file: - is stdout, which belongs to your program',
  ]);
});

test('and neither do options that are no object', async () => {
  const none: object = [];
  expect(await faultsOf(bench(none))).toEqual(['the options: must be an object of options']);
});
