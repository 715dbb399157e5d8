import { describe, expect, test } from 'vitest';
import type { MeasuredTrial } from '../../bench/model/trial.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { good, requests } from './good-trial.ts';

/** Returns the reasons to doubt a trial that differs from a good one. */
const reasonsOf = (variation: Partial<MeasuredTrial>) => judgeTrial({ ...good, ...variation }).reasons;

const request = { method: 'GET', path: '/', headers: [], body: null, weight: 1, expectStatus: '404', expectBody: null };

describe('a reason', () => {
  test('names the fault of a corrupt reply, and its bytes', () => {
    const corruption = { fault: 'a chunk of a wrong size', example: 'x\\r\\n' };
    expect(reasonsOf({ ...requests({ corrupted: 3 }), examples: { corruption } })).toContainEqual({
      code: 'corrupted',
      message: expect.stringContaining("3 replies were corrupted (the first: a chunk of a wrong size, in 'x\\r\\n'): "),
    });
  });

  test('names the first error reply, and does not take it for a broken connection', () => {
    const reasons = reasonsOf({ ...requests({ errors: 5, refusals: 5 }), examples: { refusal: '-ERR no' } });
    expect(reasons).toEqual([{ code: 'refusals', message: expect.stringContaining('(the first: -ERR no)') }]);
  });

  test('distinguishes refusals from broken connections', () => {
    const [refused, broken] = reasonsOf(requests({ errors: 5, refusals: 3 }));
    expect(refused).toMatchObject({ code: 'refusals', message: expect.stringContaining('3 requests were refused') });
    expect(broken).toMatchObject({ code: 'errors', message: expect.stringContaining('2 requests failed') });
  });

  test('names unexpected statuses only', () => {
    const exchange = { protocol: 'http' as const, requests: [request] };
    const statuses = { 200: 4, 404: 96 };
    const [reason, ...others] = reasonsOf({ ...requests({ errors: 4, refusals: 4 }), statuses, exchange });
    expect(reason?.message).toContain('4 replies had no expected status (4 with status 200)');
    expect(others).toEqual([]);
  });
});
