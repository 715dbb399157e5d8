import { describe, expect, test } from 'vitest';
import { textWidth } from '../../../reports/text/column-layout.ts';
import { drawFrame } from '../../../scripts/live/terminal/frame.ts';
import { checkResult } from '../../reports/checks.ts';
import { failure, latency, result } from '../../reports/results.ts';
import { started, startedWith, stateAfter, trialEvents } from './events.ts';

const size = { columns: 80, rows: 24, ascii: false };

/** A comparison in which some trials are finished, one has failed, and one is measured. */
const comparison = stateAfter(
  started({ warnings: [{ code: 'shared-cpus', message: `server and generator ${'shared 2 CPUs, '.repeat(12)}so` }] }),
  ...[9000, 21_000, 30_000].flatMap((requestsPerSecond, i) =>
    trialEvents(i + 1, 2 * i, {
      ...{ target: ['iterative', 'async', 'epoll'][i] ?? '', throughput: { requestsPerSecond, bytesPerSecond: 0 } },
      latencyMicros: { response: latency(500 - i * 100, 4000 / (i + 1)) },
    }),
  ),
  { event: 'trial-failed', seconds: 5, number: 3, failure: failure({ message: 'bad\u001b[2Jport' }) },
  ...trialEvents(4, 6).slice(0, 3),
);
const session = stateAfter(startedWith(checkResult()), { event: 'step', seconds: 1, doing: 'check: session 11' });

describe.each([
  ['a comparison', 'live-bench', comparison],
  ['a check', 'live-check', session],
  ['what has not started', 'live-start', stateAfter()],
])('a frame of %s', (_, golden, state) => {
  test('matches its golden file', async () => {
    await expect(`${drawFrame(state, 7, size).join('\n')}\n`).toMatchFileSnapshot(`../../golden/${golden}.txt`);
  });

  test.each([
    [80, 24],
    [200, 60],
    [40, 12],
    [12, 2],
  ])('fills %i × %i exactly', (columns, rows) => {
    const lines = drawFrame(state, 7, { columns, rows, ascii: false });
    expect(lines).toHaveLength(rows);
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(columns);
  });
});

test('a frame has no control characters, whatever failed', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  expect(drawFrame(comparison, 7, size).filter((line) => /[\u0000-\u001f]/.test(line))).toEqual([]);
});

test('a frame in ASCII draws with ASCII characters', () => {
  const drawn = drawFrame(comparison, 7, { ...size, ascii: true })
    .join('\n')
    .replaceAll('–', '-')
    .replaceAll('µ', 'u');
  expect(drawn.split('\n').filter((line) => /[^\u0020-\u007e…]/.test(line))).toEqual([]);
  expect(drawn).toContain('####');
});

test('a load one way shows its throughput in place of requests and latencies', () => {
  const upload = started({ plan: { ...result().plan, workload: 'upload' } });
  const state = stateAfter(
    upload,
    ...trialEvents(1, 0, { throughput: { requestsPerSecond: 1, bytesPerSecond: 85e6 } }),
  );
  const lines = drawFrame(state, 2, size);
  expect(lines).toContainEqual(expect.stringMatching(/^throughput +85\.0 MB\/s +█$/));
  expect(lines.join('\n')).not.toMatch(/req\/s|p50|in flight/);
});

test('a low terminal shows the best targets, and how many more there are', () => {
  const lines = drawFrame(comparison, 7, { ...size, rows: 20 });
  expect(lines).toContainEqual(expect.stringMatching(/^epoll .*█$/));
  expect(lines).toContainEqual(expect.stringMatching(/^and \d more$/));
});
