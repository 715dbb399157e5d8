import { expect, expectTypeOf, test } from 'vitest';
import { type CommandOptions, type Config, defineConfig } from '../../scripts/define-config.ts';

test('a configuration has types for editors', () => {
  const config = defineConfig({
    duration: '5s',
    outDir: 'build/results',
    connections: [1, 64],
    bench: { models: ['epoll', 'async'], connections: [1, 64], rounds: 'auto', out: { json: 'bench.json' } },
    run: { target: { exec: 'node server.js {port}', name: 'mine' }, connections: 50, threshold: ['p99<5ms'] },
    check: { gate: { throughput: '1%/5%' }, budget: '3m', exec: 'node server.js {port}' },
    scenarios: {
      checkout: { command: 'run', target: 'http://127.0.0.1:8080/cart', method: 'POST', header: { accept: '*/*' } },
      compare: { command: 'scale', models: 'epoll', connections: '1,2,4' },
    },
  });
  expect(config.run?.connections).toBe(50);
});

test('and wrong names and values are refused when it is compiled', () => {
  const wrong: Config[] = [
    // @ts-expect-error: an unknown option
    { conections: 5 },
    // @ts-expect-error: an option of another command
    { check: { models: ['epoll'] } },
    // @ts-expect-error: run has one number of connections
    { run: { connections: [1, 64] } },
    // @ts-expect-error: an unknown model
    { bench: { models: ['epol'] } },
    // @ts-expect-error: a scenario without its command
    { scenarios: { checkout: { connections: 5 } } },
  ];
  expect(wrong).toHaveLength(5);
  expectTypeOf<CommandOptions<'capacity'>['maxErrors']>().toEqualTypeOf<string | number | undefined>();
});
