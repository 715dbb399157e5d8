import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CheckPlan } from '../../bench/check/plan.ts';
import { scratchDirectory } from './program.ts';

/** Plans of the checks that would have been held. */
const plans: CheckPlan[] = [];

beforeEach(() => {
  vi.resetModules();
  vi.doMock('../../bench/check/check.ts', () => ({
    check: async (plan: CheckPlan) => {
      plans.push(plan);
      throw new Error('this check is not held');
    },
  }));
});

afterEach(() => {
  vi.doUnmock('../../bench/check/check.ts');
  vi.resetModules();
});

test('check waits for the first reply of a connection as long as for any other', async () => {
  const { commandLine } = await import('./in-process.ts');
  const programs = ['--a', 'server {port}', '--b', 'server {port}'];
  await commandLine('check', ...programs, '--timeout', '7s', '--out-dir', scratchDirectory());
  expect(plans).toMatchObject([{ timeoutMs: 7000, openTimeoutMs: 7000 }]);
});
