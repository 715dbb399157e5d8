import { describe, expect, test } from 'vitest';
import { conclude, type RunStep, type SearchEnd } from '../../../bench/capacity/conclusion.ts';
import type { Capacity, Finding, Purpose } from '../../../bench/model/capacity.ts';
import { latency, trial } from '../../reports/results.ts';

type StepSpec = readonly [Purpose, number, Finding];

/** Returns steps whose trials have `responses` responses in a confirmation window. */
function steps(specs: readonly StepSpec[], responses = 5000): RunStep[] {
  return specs.map(([purpose, rate, finding], i) => ({
    ...{ purpose, rate, finding, round: i + 1, reasons: [] },
    trial: {
      ...trial({ round: i + 1 }),
      latencyMicros: { response: { ...latency(rate / 10, rate), count: responses } },
      validity: { verdict: 'suspect', reasons: [{ code: `doubt-at-${rate}`, message: '' }] },
    },
  }));
}

const bracketed: readonly StepSpec[] = [
  ['bracket', 1000, 'met'],
  ['bracket', 1100, 'missed'],
  ['confirm', 1000, 'met'],
  ['confirm', 1050, 'missed'],
];

test.each<[string, readonly StepSpec[], SearchEnd, Partial<Capacity>]>([
  ['no steps yet', [], 'running', { outcome: 'unknown', confirmed: null, refuted: null, limit: null }],
  ['confirmed and refuted', bracketed, 'done', { outcome: 'bracketed', confirmed: 1000, refuted: 1050, limit: null }],
  ['bracketed, then out of budget', bracketed, 'budget', { outcome: 'bracketed', refuted: 1050, limit: 'budget' }],
  [
    'confirmed, and the generator was the limit above',
    [...bracketed.slice(0, 3), ['confirm', 1050, 'limited']],
    'done',
    { outcome: 'at-least', confirmed: 1000, refuted: null, limit: 'generator' },
  ],
  [
    'refuted only above the generator’s limit',
    [...bracketed.slice(0, 3), ['confirm', 1050, 'limited'], ['confirm', 1100, 'missed']],
    'done',
    { outcome: 'at-least', confirmed: 1000, refuted: null, limit: 'generator' },
  ],
  [
    'confirmed, out of budget before a refutation',
    bracketed.slice(0, 3),
    'budget',
    { outcome: 'at-least', limit: 'budget' },
  ],
  ['confirmed, then a failure', bracketed.slice(0, 3), 'failure', { outcome: 'at-least', limit: 'failure' }],
  ['confirmed, not yet refuted', bracketed.slice(0, 3), 'running', { outcome: 'at-least', limit: null }],
  ['never refuted', bracketed.slice(0, 3), 'done', { outcome: 'at-least', limit: 'highest-rate' }],
  [
    'bracketed, out of budget before a confirmation',
    bracketed.slice(0, 2),
    'budget',
    { outcome: 'unknown', limit: 'budget' },
  ],
  ['no rate kept', [['bracket', 10, 'missed']], 'done', { outcome: 'none', confirmed: null, refuted: 10, limit: null }],
  ['no rate kept so far', [['bracket', 1000, 'missed']], 'running', { outcome: 'unknown', limit: null }],
  [
    'no rate kept when the budget ran out',
    [['bracket', 1000, 'missed']],
    'budget',
    { outcome: 'unknown', limit: 'budget' },
  ],
  [
    'no rate kept, with the generator at its limit',
    [['bracket', 10, 'limited']],
    'done',
    { outcome: 'unknown', refuted: null, limit: 'generator' },
  ],
  [
    'not measured',
    [['bracket', 1000, 'unmeasured']],
    'unmeasured',
    { outcome: 'unknown', confirmed: null, refuted: null, limit: 'unmeasured' },
  ],
  [
    'kept, then not measured',
    [...bracketed.slice(0, 3), ['confirm', 1050, 'unmeasured']],
    'unmeasured',
    { outcome: 'at-least', confirmed: 1000, refuted: null, limit: 'unmeasured' },
  ],
  [
    'kept in short trials only',
    [
      ['bracket', 20, 'met'],
      ['confirm', 20, 'missed'],
      ['confirm', 10, 'missed'],
    ],
    'done',
    { outcome: 'none', refuted: 10 },
  ],
])('%s', (_, specs, end, expected) => {
  expect(conclude(steps(specs), end)).toMatchObject(expected);
});

test('the profile lists the results at shares of the capacity', () => {
  const profiled = steps([...bracketed, ['profile', 100, 'met'], ['profile', 500, 'met']]);
  expect(conclude(profiled, 'running').profile).toEqual([
    { share: 0.1, rate: 100, p50Micros: 10, p99Micros: 100, cpuMicrosPerRequest: 50 },
    { share: 0.5, rate: 500, p50Micros: 50, p99Micros: 500, cpuMicrosPerRequest: 50 },
  ]);
});

test('the steps do not contain the trials, which are in the result', () => {
  expect(conclude(steps(bracketed), 'done').steps[3]).toEqual({
    ...{ purpose: 'confirm', rate: 1050, finding: 'missed', round: 4, reasons: [] },
  });
});

describe('notes', () => {
  const codes = (specs: readonly StepSpec[], end: SearchEnd = 'done', responses = 5000) =>
    conclude(steps(specs, responses), end).notes.map(({ code }) => code);

  test('contain the doubts about the confirmed trial', () => {
    expect(codes(bracketed)).toEqual(['doubt-at-1000']);
  });

  test('name the limit', () => {
    expect(codes(bracketed.slice(0, 3), 'budget')).toEqual(['budget', 'doubt-at-1000']);
  });

  test('report that a whole window kept less than short trials', () => {
    const specs: StepSpec[] = [...bracketed.slice(0, 2), ['confirm', 1000, 'missed'], ['confirm', 952, 'met']];
    const [note] = conclude(steps(specs), 'done').notes;
    expect(note?.code).toBe('stepped-down');
    expect(note?.message).toContain('short trials kept 1,000 requests/s');
    expect(note?.message).toContain('lowered to 952');
  });

  test('report that the window had too few responses for a 99th percentile', () => {
    expect(codes(bracketed, 'done', 1000)).not.toContain('few-responses');
    expect(codes(bracketed, 'done', 999)).toContain('few-responses');
  });

  test('report how long responses took at the lowest rate, when no rate was kept', () => {
    const notes = conclude(
      steps([
        ['bracket', 20, 'missed'],
        ['bracket', 10, 'missed'],
      ]),
      'done',
    ).notes;
    expect(notes.map(({ code }) => code)).toEqual(['no-rate', 'doubt-at-10']);
    expect(notes[0]?.message).toContain('down to 10 requests/s, where half of the responses took 1 µs or less');
    const silent = conclude(steps([['bracket', 10, 'missed']], 0), 'done').notes;
    expect(silent[0]?.message).toContain('down to 10 requests/s: if an objective');
  });

  test('contain no doubt that is a reason for the finding', () => {
    const [step] = steps([['bracket', 10, 'missed']]);
    const reasons = step?.trial.validity.reasons ?? [];
    expect(conclude(step ? [{ ...step, reasons }] : [], 'done').notes.map(({ code }) => code)).toEqual(['no-rate']);
  });

  test('report that lower rates were not kept', () => {
    const [note] = conclude(steps([...bracketed, ['profile', 100, 'missed']]), 'done').notes;
    expect(note?.code).toBe('unsteady');
    expect(note?.message).toContain('1 of 5 trials');
  });
});
