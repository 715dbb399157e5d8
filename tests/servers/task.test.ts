import { expect, test } from 'vitest';
import { runTask, taskOf } from '../../servers/spawning/task.ts';

const tasks = taskOf<typeof import('./recorded-task.ts')>('file:///recorded-task.js');

test('a task is plain data that names an exported function', () => {
  const task = tasks('record', 'x');
  expect(structuredClone(task)).toEqual({ module: 'file:///recorded-task.js', run: 'record', input: 'x' });
});

test('running a task calls the exported function with its input', async () => {
  const module = `data:text/javascript,export const ran = []; export function run(input) { ran.push(input); }`;
  await runTask({ module, run: 'run', input: 7 });
  expect((await import(/* @vite-ignore */ module)).ran).toEqual([7]);
});

test.each(['missing', 'constant'])('a module that exports no function %s is an error', async (run) => {
  const module = 'data:text/javascript,export const constant = 1;';
  await expect(runTask({ module, run, input: 0 })).rejects.toThrow(`exports no function ${run}`);
});

test('the compiler checks the name and the input', () => {
  // @ts-expect-error No such function is exported.
  expect(tasks('recrod', 'x').run).toBe('recrod');
  // @ts-expect-error The input must be a string.
  expect(tasks('record', 7).input).toBe(7);
  // @ts-expect-error An array is no function.
  expect(tasks('received', 'x').run).toBe('received');
});
