import { expect, test } from 'vitest';
import { judgeRate } from '../../../bench/capacity/finding.ts';
import type { Finding } from '../../../bench/model/capacity.ts';
import { parseThreshold } from '../../../bench/model/threshold.ts';
import type { Reason, Trial } from '../../../bench/model/trial.ts';
import { latency, trial } from '../../reports/results.ts';

const bounds = [parseThreshold('p99<5ms'), parseThreshold('errorRate<=0.1%')];

const reason = (code: string): Reason => ({ code, message: `message of ${code}` });

interface Seen {
  readonly p99Millis?: number;
  readonly serviceP99Millis?: number;
  readonly failed?: number;
  readonly corrupted?: number;
  readonly dropped?: number;
  readonly codes?: readonly string[];
}

function seen({ p99Millis = 1, serviceP99Millis, failed = 0, corrupted = 0, dropped = 0, codes = [] }: Seen): Trial {
  return {
    ...trial({
      requests: { sent: 10_000, completed: 10_000 - failed - corrupted, timedOut: failed, corrupted, dropped },
      validity: { verdict: codes.length > 0 ? 'suspect' : 'valid', reasons: codes.map(reason) },
    }),
    latencyMicros: {
      response: latency(500, p99Millis * 1000),
      ...(serviceP99Millis !== undefined && { service: latency(400, serviceP99Millis * 1000) }),
    },
  };
}

test.each<[string, Seen, Finding, readonly string[]]>([
  ['all bounds kept', {}, 'met', []],
  ['objective missed', { p99Millis: 5 }, 'missed', ['bound']],
  ['as many failures as allowed', { failed: 10 }, 'met', []],
  ['one failure too many', { failed: 11 }, 'missed', ['bound']],
  ['both bounds missed', { p99Millis: 9, failed: 500 }, 'missed', ['bound', 'bound']],
  // The response times of the requests that were sent are good, but do not represent the others.
  ['too many requests never sent', { dropped: 500, codes: ['dropped'] }, 'missed', ['bound', 'bound']],
  ['few requests never sent, but too many failures', { dropped: 50, codes: ['dropped'] }, 'missed', ['bound']],
  [
    'requests not sent because the generator’s send buffer was full',
    { dropped: 500, codes: ['send-buffer'] },
    'limited',
    ['bound', 'bound', 'send-buffer'],
  ],
  [
    'requests not sent because ports were exhausted',
    { dropped: 500, codes: ['ports-exhausted'] },
    'limited',
    ['bound', 'bound', 'ports-exhausted'],
  ],
  ['a lower rate answered than offered', { codes: ['rate-missed'] }, 'missed', ['rate-missed']],
  ['corrupted replies', { corrupted: 1, codes: ['corrupted'] }, 'missed', ['corrupted']],
  [
    'all bounds kept, but a process of the server ended',
    { codes: ['server-process-ended'] },
    'missed',
    ['server-process-ended'],
  ],
  [
    'a process of the server ended with the generator at its limit',
    { p99Millis: 9, codes: ['generator-saturated', 'server-process-ended'] },
    'missed',
    ['bound', 'server-process-ended'],
  ],
  ['no request answered', { codes: ['nothing-completed'] }, 'missed', ['nothing-completed']],
  ['kept with the generator at its limit', { codes: ['generator-saturated', 'generator-lag'] }, 'met', []],
  ['kept with other doubts', { codes: ['steal', 'arrivals', 'retransmits'] }, 'met', []],
  ['missed with other doubts', { p99Millis: 9, codes: ['steal', 'arrivals'] }, 'missed', ['bound']],
  [
    'missed with the generator at its limit',
    { p99Millis: 9, codes: ['generator-saturated'] },
    'limited',
    ['bound', 'generator-saturated'],
  ],
  [
    'too low a rate answered with the generator at its limit',
    { codes: ['rate-missed', 'generator-saturated'] },
    'limited',
    ['rate-missed', 'generator-saturated'],
  ],
  [
    'too low a rate answered with a late generator',
    { serviceP99Millis: 0.5, codes: ['rate-missed', 'generator-lag'] },
    'limited',
    ['rate-missed', 'generator-lag'],
  ],
  [
    'missed by the generator’s lag alone',
    { p99Millis: 6, serviceP99Millis: 3, codes: ['generator-lag'] },
    'limited',
    ['bound', 'generator-lag'],
  ],
  [
    'missed by the service time alone, with generator lag',
    { p99Millis: 9, serviceP99Millis: 6, codes: ['generator-lag'] },
    'missed',
    ['bound'],
  ],
  [
    'missed by the service time, with the generator at its limit',
    { p99Millis: 9, serviceP99Millis: 6, codes: ['generator-lag', 'generator-saturated'] },
    'limited',
    ['bound', 'generator-saturated'],
  ],
  [
    'corrupted replies with the generator at its limit',
    { corrupted: 1, codes: ['corrupted', 'generator-saturated'] },
    'missed',
    ['corrupted'],
  ],
])('%s', (_, what, finding, codes) => {
  const judged = judgeRate(bounds, seen(what));
  expect({ finding: judged.finding, codes: judged.reasons.map(({ code }) => code) }).toEqual({ finding, codes });
});

test('a reason for a missed bound contains the measured value', () => {
  expect(judgeRate(bounds, seen({ p99Millis: 12.34, failed: 200 })).reasons.map(({ message }) => message)).toEqual([
    'p99<5ms was not kept: it was 12.3 ms',
    'errorRate<=0.1% was not kept: it was 2 %',
  ]);
});

test('a bound on an unmeasured value makes the finding unmeasured, even if other bounds were missed', () => {
  const objectives = [parseThreshold('service.p99<5ms'), ...bounds];
  const { finding, reasons } = judgeRate(objectives, seen({ p99Millis: 9, codes: ['generator-saturated'] }));
  expect(finding).toBe('unmeasured');
  expect(reasons[0]?.message).toBe('service.p99<5ms was not kept: it was not measured');
});

test('a rate at which no request was answered is missed, although there are no response times', () => {
  const silent: Trial = {
    ...seen({ codes: ['nothing-completed'] }),
    ...{ requests: { ...seen({}).requests, completed: 0, timedOut: 10_000 } },
    latencyMicros: { response: { ...latency(0, 0), count: 0 } },
  };
  expect(judgeRate(bounds, silent).finding).toBe('missed');
});
