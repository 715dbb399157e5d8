import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECK_SCHEMA } from '../../../bench/model/check-result.ts';
import { renderCheckCsv, renderCsv } from '../../../reports/exports/csv.ts';
import { renderHlog } from '../../../reports/exports/hlog.ts';
import { renderCheckJunit, renderJunit } from '../../../reports/exports/junit.ts';
import { renderPrometheus } from '../../../reports/exports/prometheus.ts';
import type { Saved } from '../../../reports/files/saved.ts';
import { scratchDirectory } from '../../cli/program.ts';
import { HDR_HISTOGRAM_JAR, whyMissing } from '../../requirements.ts';
import { samples } from '../sections/fixtures.ts';
import { HOSTILE, hostileCheck, hostileResult, measuredResult, regressed } from './measured.ts';

/** Exports, read by the tools that they are for. */

function run(program: string, args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', input });
  return { status, stdout, stderr };
}

function file(content: string): string {
  const path = join(scratchDirectory(), 'export');
  writeFileSync(path, content);
  return path;
}

test.skipIf(whyMissing('xmllint'))('xmllint accepts JUnit reports by the schema of Ant', () => {
  const saved: Saved[] = [measuredResult(), hostileResult(), regressed, hostileCheck(), ...Object.values(samples)];
  const documents = saved.map((each) => (each.schema === CHECK_SCHEMA ? renderCheckJunit(each) : renderJunit(each)));
  const schema = 'tests/reports/exports/schemas/JUnit.xsd';
  const { status, stderr } = run('xmllint', ['--noout', '--schema', schema, ...documents.map(file)]);
  expect({ status, faults: stderr.split('\n').filter((line) => !/ validates$|^$/.test(line)) }).toEqual({
    status: 0,
    faults: [],
  });
});

test.skipIf(whyMissing('promtool'))('promtool accepts metrics, without a remark on their names', () => {
  const { searches, upload, targets } = samples;
  for (const saved of [measuredResult(), hostileResult(), regressed, hostileCheck(), searches, upload, targets]) {
    const checked = run('promtool', ['check', 'metrics'], renderPrometheus(saved));
    expect(checked).toEqual({ status: 0, stdout: '', stderr: '' });
  }
});

test.skipIf(whyMissing('python'))('Python reads CSV: rows of equal length, and names as they are', () => {
  const script = 'import csv, json, sys; print(json.dumps(list(csv.reader(sys.stdin, strict=True))))';
  const read = (text: string): string[][] => JSON.parse(run('python3', ['-c', script], text).stdout);
  for (const rows of [renderCsv(hostileResult()), renderCheckCsv(hostileCheck())].map(read)) {
    expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
    const [, cells = []] = rows;
    const shown = HOSTILE.replace('\u001b[31m', '')
      .replace('\r\n', '\\x0d\\x0a')
      .replace('\u202e\ud800', '\\u202e\\ud800');
    expect(cells).toContain(`'${shown}`);
  }
});

test.skipIf(whyMissing('hdrhistogram'))(
  "HdrHistogram's own log processor finds tags and percentiles of the result",
  () => {
    const saved = measuredResult();
    const log = file(renderHlog(saved));
    const processed = (...args: string[]) =>
      run('java', ['-cp', HDR_HISTOGRAM_JAR, 'org.HdrHistogram.HistogramLogProcessor', '-i', log, ...args]).stdout;
    expect(processed('-listtags').trim().split('\n').slice(1)).toEqual([
      ...['epoll/echo/tcp/16/response', 'epoll/echo/tcp/16/service'],
      ...['event-driven/echo/tcp/16/response', 'event-driven/echo/tcp/16/service'],
    ]);
    const { response } = saved.trials[1]?.latencyMicros ?? {};
    const rows = processed('-tag', 'epoll/echo/tcp/16/response', '-csv')
      .split('\n')
      .map((row) => row.split(','));
    const millis = (percentile: string) => Number(rows.find(([, at]) => at === percentile)?.[0]);
    expect(millis('0.500000000000')).toBeCloseTo((response?.p50 ?? 0) / 1000, 3);
    expect(millis('0.900000000000')).toBeCloseTo((response?.p90 ?? 0) / 1000, 3);
    expect(millis('1.000000000000')).toBeCloseTo((response?.max ?? 0) / 1000, 3);
  },
);
