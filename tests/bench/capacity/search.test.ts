import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  boundsOf,
  NARROW,
  nextStep,
  of,
  type SearchRange,
  type Step,
  type Tried,
} from '../../../bench/capacity/search.ts';
import { type Finding, findings } from '../../../bench/model/capacity.ts';
import { seeded } from '../../seeded.ts';

const range: SearchRange = { startRate: 1000, leastRate: 10, mostRate: 1e8 };
/** Rounding of rates may make a bracket wider than NARROW by this factor. */
const WIDEST = NARROW * 1.003;
/** Maximum number of steps of a search: doubling over seven decades and bisecting, twice, and three below. */
const MAX_STEPS = 80;

/** Runs a search to its end. @throws when it takes too many steps. */
function search(judge: (step: Step) => Finding, within = range): Tried[] {
  const tried: Tried[] = [];
  for (let step = nextStep(tried, within); step !== null; step = nextStep(tried, within)) {
    tried.push({ ...step, finding: judge(step) });
    if (tried.length > MAX_STEPS) throw new Error(`no end: ${JSON.stringify(tried.slice(-10))}`);
  }
  return tried;
}

/** Returns the 99th percentile in seconds of an M/M/1 server: response times are exponential, of rate μ − λ. */
function p99OfQueue(serviceRate: number, rate: number): number {
  return rate < serviceRate ? Math.log(100) / (serviceRate - rate) : Number.POSITIVE_INFINITY;
}

/** Judges such a server by a bound of its p99. */
function queue(serviceRate: number, sloSeconds: number): (step: Step) => Finding {
  return ({ rate }) => (p99OfQueue(serviceRate, rate) <= sloSeconds ? 'met' : 'missed');
}

function upTo(most: number, beyond: Finding = 'missed'): (step: Step) => Finding {
  return ({ rate }) => (rate <= most ? 'met' : beyond);
}

/** Formats a step as `bracket 1000 met`. */
function lineOf({ purpose, rate, finding }: Tried): string {
  return `${purpose} ${rate} ${finding}`;
}

const confirmed = (tried: readonly Tried[]) => boundsOf(of(tried, 'confirm'));

describe('the steps of a search', () => {
  test('double, bisect, confirm, refute just above, and profile below', () => {
    expect(search(upTo(5000)).map(lineOf)).toEqual([
      // Doubling, from the start.
      ...['bracket 1000 met', 'bracket 2000 met', 'bracket 4000 met', 'bracket 8000 missed'],
      // Bisection on the logarithm.
      ...['bracket 5657 missed', 'bracket 4757 met', 'bracket 5188 missed', 'bracket 4968 met'],
      // The lower end for a whole window, and 5 % more.
      ...['confirm 4968 met', 'confirm 5216 missed'],
      ...['profile 496.8 met', 'profile 2484 met', 'profile 4471 met'],
    ]);
  });

  test('halve when the start rate is too high', () => {
    expect(search(upTo(300)).slice(0, 3).map(lineOf)).toEqual([
      'bracket 1000 missed',
      'bracket 500 missed',
      'bracket 250 met',
    ]);
  });

  test('step down by growing steps when windows keep less than short trials, then bisect upwards', () => {
    const judge = ({ purpose, rate }: Step): Finding =>
      rate <= (purpose === 'bracket' ? 5000 : 4100) ? 'met' : 'missed';
    expect(of(search(judge), 'confirm').map(lineOf)).toEqual([
      ...['confirm 4968 missed', 'confirm 4731 missed', 'confirm 4291 missed', 'confirm 3530 met'],
      ...['confirm 3892 met', 'confirm 4087 met'],
    ]);
  });

  test('step up when windows keep more than short trials', () => {
    const judge = ({ purpose, rate }: Step): Finding =>
      rate <= (purpose === 'bracket' ? 1000 : 1300) ? 'met' : 'missed';
    expect(of(search(judge), 'confirm').map(lineOf)).toEqual([
      ...['confirm 1000 met', 'confirm 1050 met', 'confirm 1158 met', 'confirm 1408 missed'],
      ...['confirm 1277 met', 'confirm 1341 missed'],
    ]);
  });

  test('end at the lowest rate without a confirmation when no rate is kept', () => {
    const tried = search(() => 'missed');
    expect(tried.at(-1)).toEqual({ purpose: 'bracket', rate: 10, finding: 'missed' });
    expect(new Set(tried.map(({ purpose }) => purpose))).toEqual(new Set(['bracket']));
  });

  test('end at the highest rate when all are kept', () => {
    const tried = search(() => 'met');
    expect(confirmed(tried)).toMatchObject({ kept: { rate: 1e8 }, broken: undefined });
    expect(of(tried, 'profile').map(({ rate }) => rate)).toEqual([1e7, 5e7, 9e7]);
  });

  test('narrow the bracket also around the generator’s limit', () => {
    const { kept, broken } = confirmed(search(upTo(30_000, 'limited')));
    expect(broken?.finding).toBe('limited');
    expect(kept?.rate).toBeGreaterThan(30_000 / WIDEST);
  });

  test('do not profile below a capacity that no window confirmed', () => {
    const tried = search(({ purpose }) => (purpose === 'bracket' ? 'met' : 'missed'));
    expect(of(tried, 'confirm').at(-1)?.rate).toBe(10);
    expect(of(tried, 'profile')).toEqual([]);
  });

  test('end when the lowest rate has more digits than rates are rounded to', () => {
    const tried = search(() => 'missed', { ...range, leastRate: 200 / 3 });
    expect(tried.at(-1)?.rate).toBe(66.67);
  });
});

const servers = fc.record({
  serviceRate: fc.double({ min: 100, max: 2e6, noNaN: true }),
  sloSeconds: fc.double({ min: 1e-4, max: 1, noNaN: true }),
  startRate: fc.double({ min: 20, max: 1e6, noNaN: true }),
});

describe('for any server', () => {
  test('the bracket contains the capacity of a queue and is narrow', () => {
    fc.assert(
      fc.property(servers, ({ serviceRate, sloSeconds, startRate }) => {
        // The rate at which p99 equals the bound: μ − λ = ln(100) / bound.
        const capacity = serviceRate - Math.log(100) / sloSeconds;
        const tried = search(queue(serviceRate, sloSeconds), { ...range, startRate });
        const { kept, broken } = confirmed(tried);
        if (capacity < range.leastRate) {
          expect(kept).toBeUndefined();
          return;
        }
        expect(kept?.rate).toBeLessThanOrEqual(capacity);
        expect(broken?.rate).toBeGreaterThan(capacity);
        expect((broken?.rate ?? 0) / (kept?.rate ?? 0)).toBeLessThanOrEqual(WIDEST);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('a search with noise ends, and its bracket is narrow and close to the capacity', () => {
    fc.assert(
      fc.property(servers, fc.integer({ min: 0, max: 1e6 }), ({ serviceRate, sloSeconds, startRate }, seed) => {
        const capacity = serviceRate - Math.log(100) / sloSeconds;
        fc.pre(capacity > 2 * range.leastRate);
        const random = seeded(seed);
        // The p99 of a trial is up to 20 % off in either direction.
        const noisy = ({ rate }: Step): Finding =>
          p99OfQueue(serviceRate, rate) * (0.8 + 0.4 * random()) <= sloSeconds ? 'met' : 'missed';
        const { kept, broken } = confirmed(search(noisy, { ...range, startRate }));
        // The range in which noise may place the capacity.
        const least = serviceRate - Math.log(100) / (sloSeconds / 1.2);
        const most = serviceRate - Math.log(100) / (sloSeconds / 0.8);
        if (kept) expect(kept.rate).toBeLessThanOrEqual(most);
        if (broken) expect(broken.rate).toBeGreaterThan(least);
        if (kept && broken) expect(broken.rate / kept.rate).toBeLessThanOrEqual(WIDEST);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  test('any sequence of findings ends the search, within its range and with a bracket', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...findings), { minLength: 1, maxLength: 40 }), (sequence) => {
        let i = 0;
        const tried = search(() => sequence[i++ % sequence.length] ?? 'missed');
        const outside = tried.filter(({ rate, purpose }) => {
          const least = purpose === 'profile' ? range.leastRate / 10 : range.leastRate;
          return !(rate >= least && rate <= range.mostRate);
        });
        expect(outside).toEqual([]);
        const { kept, broken } = confirmed(tried);
        if (kept && broken) expect(broken.rate / kept.rate).toBeLessThanOrEqual(WIDEST);
        if (kept === undefined) expect(of(tried, 'profile')).toEqual([]);
        else expect(of(tried, 'profile')).toHaveLength(3);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});

test('a rate that was kept above one that was not kept does not count', () => {
  const at = (rate: number, finding: Finding): Tried => ({ purpose: 'confirm', rate, finding });
  const tried = [at(100, 'met'), at(400, 'met'), at(200, 'missed'), at(300, 'limited')];
  expect(boundsOf(tried)).toEqual({ kept: at(100, 'met'), broken: at(200, 'missed') });
});
