import type { IntervalChart, LineChart, LinePoint, MatrixChart } from '../../../reports/document/chart.ts';
import type { ReportDocument } from '../../../reports/document/report-document.ts';
import { cell, type Table } from '../../../reports/text/table.ts';

/** As many targets as there are models; one name is long. */
const TARGETS = [
  ...['epoll', 'io-uring', 'nonblocking', 'event-driven', 'async', 'multi-reactor', 'cluster', 'cluster-reuseport'],
  ...['balanced', 'worker-pool', 'prethreaded', 'thread-per-connection', 'process-per-connection', 'iterative'],
];

/** Text that would do harm if it were not escaped. */
export const HOSTILE = `</script><script>document.title='run'</script><img src=x onerror="document.title='run'">'"&`;
/** A mark that reverses the text after it, and a control character. */
export const DISGUISED = 'safe\u202egnp.exe\u0007';

const CONNECTIONS = [1, 4, 16, 64, 256, 1024];

/** Throughput of a target that saturates, in requests/s. */
function rate(target: number, connections: number): number {
  return (150_000 - 9000 * target) * (connections / (connections + 6 + target));
}

const throughput: LineChart = {
  kind: 'lines',
  id: 'throughput',
  title: 'Throughput against connections',
  caption: 'Medians of rounds with 95 % intervals. A hollow marker is a doubtful point.',
  x: { name: 'Connections', unit: 'count', scale: 'log' },
  y: { name: 'Throughput', unit: 'perSecond', scale: 'linear' },
  series: TARGETS.map((name, i) => ({
    name,
    points: CONNECTIONS.map((x): LinePoint => {
      const y = rate(i, x);
      const doubt = x === 1024 && i === 0 ? { doubt: 'the generator was busy' } : {};
      return { x, y, low: y * 0.97, high: y * 1.04, ...doubt };
    }),
  })),
  rules: [{ axis: 'x', at: 100, label: 'Knee of epoll', tone: 'plain' }],
  interactive: false,
};

const fit: LineChart = {
  kind: 'lines',
  id: 'fit',
  title: 'Scaling of epoll',
  caption: 'The line is the universal scalability law with its band; points are rounds.',
  x: { name: 'Connections', unit: 'count', scale: 'linear' },
  y: { name: 'Throughput', unit: 'perSecond', scale: 'linear' },
  series: [
    { name: 'epoll', style: 'points', points: CONNECTIONS.slice(0, 5).map((x) => ({ x, y: rate(0, x) * 0.98 })) },
    {
      name: 'law',
      identity: 'epoll',
      style: 'fit',
      points: Array.from({ length: 40 }, (_, i) => 1 + i * 6.5).map((x) => {
        const y = rate(0, x);
        return { x, y, low: y * 0.9, high: y * 1.1 };
      }),
    },
  ],
  interactive: false,
};

const spectrum: LineChart = {
  kind: 'lines',
  id: 'spectrum',
  title: 'Latency by percentile',
  caption: 'Response times; the axis gives each further nine the same width.',
  x: { name: 'Percentile', unit: 'percentile', scale: 'percentile' },
  y: { name: 'Response time', unit: 'micros', scale: 'log' },
  series: TARGETS.map((name, i) => ({
    name,
    points: [...Array.from({ length: 45 }, (_, k) => 100 - 10 ** (2 - (k + 1) / 10)), 100].map((x, k) => ({
      x,
      y: (90 + 40 * i) * 1.06 ** k * (k > 30 ? 1.3 : 1),
    })),
  })),
  rules: [{ axis: 'y', at: 5000, label: 'Objective: 5 ms', tone: 'bad' }],
  interactive: true,
};

const seconds: LineChart = {
  kind: 'lines',
  id: 'seconds',
  title: 'Throughput over time',
  caption: 'Each second of one trial; a gap is a second without samples.',
  x: { name: 'Time', unit: 'seconds', scale: 'linear' },
  y: { name: 'Throughput', unit: 'perSecond', scale: 'linear' },
  series: TARGETS.slice(0, 3).map((name, i) => ({
    name,
    style: 'step',
    points: Array.from({ length: 60 }, (_, x) => ({
      x,
      y: x === 30 ? null : rate(i, 64) * (1 + 0.1 * Math.sin(x * 1.7 + i)),
    })),
  })),
  interactive: true,
};

const leaderboard: IntervalChart = {
  kind: 'intervals',
  id: 'leaderboard',
  title: 'Throughput at 64 connections',
  caption: 'Medians with 95 % intervals; ticks are rounds.',
  x: { name: 'Throughput', unit: 'perSecond', scale: 'linear' },
  rows: TARGETS.map((name, i) => {
    const value = rate(i, 64);
    const samples = [0.97, 0.99, 1, 1.01, 1.02].map((part) => value * part);
    const note = i < 2 ? '1st (tie)' : `${i + 1}th`;
    return {
      name,
      value,
      low: value * 0.965,
      high: value * 1.025,
      samples,
      note,
      ...(i === 13 && { tone: 'faint' as const }),
    };
  }),
};

const effects: IntervalChart = {
  kind: 'intervals',
  id: 'effects',
  title: 'Effects of the change',
  caption: 'B against A with 95 % intervals.',
  x: { name: 'Change', unit: 'share', scale: 'linear' },
  rows: [
    {
      name: 'p99',
      group: 'Latency',
      value: 0.08,
      low: 0.04,
      high: 0.12,
      samples: [0.05, 0.09, 0.1],
      note: 'regressed',
      tone: 'bad',
    },
    { name: 'p50', group: 'Latency', value: -0.01, low: -0.03, high: 0.01, note: 'within tolerance', tone: 'good' },
    { name: 'throughput', group: 'Rate', value: 0.002, low: null, high: 0.03, note: 'no upper bound needed' },
    { name: 'cpu', group: 'Rate', value: null, note: 'not measured', tone: 'faint' },
  ],
  rules: [
    { axis: 'x', at: 0.05, label: 'tolerated', tone: 'good' },
    { axis: 'x', at: 0.1, label: 'must find', tone: 'bad' },
  ],
};

const matrix: MatrixChart = {
  kind: 'matrix',
  id: 'pairs',
  title: 'Pairwise differences',
  caption: 'How much faster the row is than the column; neutral where they cannot be distinguished.',
  rowNames: TARGETS,
  columnNames: TARGETS,
  cells: TARGETS.map((row, i) =>
    TARGETS.map((column, k) => {
      if (i === k) return null;
      const share = rate(i, 64) / rate(k, 64) - 1;
      const text = `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(0)} %`;
      return { text, value: Math.max(-1, Math.min(1, share * 2)), detail: `${row} against ${column}: ${text}` };
    }),
  ),
};

const table: Table = {
  title: 'All targets at 64 connections',
  columns: [
    { title: 'Target', align: 'left' },
    { title: 'Throughput', unit: 'requests/s', align: 'right' },
    { title: 'p99', unit: 'ms', align: 'right' },
    { title: 'Remarks', align: 'left', wraps: true },
  ],
  groups: [
    {
      label: 'TCP',
      rows: TARGETS.map((name, i) => [
        cell(name),
        cell(`${(rate(i, 64) / 1000).toFixed(1)}k`),
        cell(i === 3 ? '–' : (0.4 + i * 0.9).toFixed(2), i > 10 ? 'bad' : 'plain'),
        cell(i === 0 ? 'The generator was busy in one of five rounds.' : '', 'warning'),
      ]),
    },
    { label: 'UDP', rows: [[cell(HOSTILE), cell('1'), cell('2'), cell(DISGUISED, 'faint')]] },
  ],
  note: 'Medians of 5 rounds.',
};

/** A document with every kind of block and of chart, and with hostile texts in each place for text. */
export const sampleDocument: ReportDocument = {
  title: '14 models serving echo over TCP',
  subtitle: [
    'Measured 2026-11-29 20:30 UTC on Linux 6.8, AMD EPYC 7B13 (2 CPUs), Node 22.21.1',
    'bench -c 1,4,16,64,256,1024 --rounds 5 · seed 4711 · sockbench 0.1.0',
  ],
  identities: TARGETS,
  sections: [
    {
      id: 'verdict',
      title: 'Verdict',
      blocks: [
        {
          kind: 'paragraph',
          tone: 'lead',
          text: 'epoll and io-uring are the fastest; they cannot be distinguished. Both serve 137k requests/s at 64 connections, 9 % more than nonblocking.',
        },
        {
          kind: 'paragraph',
          tone: 'warning',
          text: 'In one of 5 rounds the load generator was busy: epoll may be faster than shown.',
        },
        { kind: 'list', items: ['5 rounds in random order', 'closed loop, 64 bytes', HOSTILE] },
        {
          kind: 'command',
          text: 'npx sockbench bench --models epoll,io-uring,nonblocking -c 1,4,16,64,256,1024 --rounds 5 --seed 4711',
        },
      ],
    },
    {
      id: 'ranking',
      title: 'Ranking',
      blocks: [
        { kind: 'chart', chart: leaderboard },
        { kind: 'table', table },
      ],
    },
    {
      id: 'scaling',
      title: 'Scaling',
      blocks: [
        { kind: 'chart', chart: throughput },
        { kind: 'chart', chart: fit },
      ],
    },
    { id: 'latency', title: 'Latency', blocks: [{ kind: 'chart', chart: spectrum }] },
    { id: 'time', title: 'Over time', blocks: [{ kind: 'chart', chart: seconds }] },
    { id: 'effects', title: 'Effects', blocks: [{ kind: 'chart', chart: effects }] },
    { id: 'differences', title: 'Differences', blocks: [{ kind: 'chart', chart: matrix }] },
    { id: 'failures', title: `Failures ${HOSTILE}`, blocks: [{ kind: 'paragraph', tone: 'bad', text: DISGUISED }] },
  ],
};
