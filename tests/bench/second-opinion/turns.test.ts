import { expect, test } from 'vitest';
import { inTurns } from '../../../bench/run/second-opinion.ts';
import { trial } from '../../reports/results.ts';

const failed = { secondOpinionFailure: { engine: 'autocannon', message: 'autocannon exited with code 1', stderr: [] } };

test.each([
  [1, ['ours, fresh', 'theirs']],
  [2, ['theirs', 'ours, loaded before']],
  [3, ['ours, fresh', 'theirs']],
])('in round %i the generators measure in the order %j', async (round, order) => {
  const seen: string[] = [];
  const measured = await inTurns(
    round,
    async (isFresh) => {
      seen.push(isFresh ? 'ours, fresh' : 'ours, loaded before');
      return trial({ round });
    },
    async () => {
      seen.push('theirs');
      return failed;
    },
  );
  expect(seen).toEqual(order);
  expect(measured).toEqual({ ...trial({ round }), ...failed });
});
