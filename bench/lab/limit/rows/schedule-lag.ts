import { constantRate } from '../loads.ts';
import { run } from '../ours.ts';
import type { LimitRow } from '../row.ts';

const RATE = 20_000;
const load = constantRate(RATE, 50, 64);

/** Schedule lag at a constant rate against `echo_epoll.c`, and the CPU time that punctual sending costs. */
export const scheduleLag = {
  name: 'lag',
  title: `Schedule lag at ${RATE.toLocaleString('en')} requests/s, one thread, 50 connections`,
  figures: {
    p50: { title: 'schedule lag, p50', unit: 'micros', atMost: 5 },
    p99: { title: 'schedule lag, p99', unit: 'micros', atMost: 250 },
    cpuShare: { title: 'CPU of the thread, waiting included', unit: 'share', atMost: 0.7 },
    rateRatio: { title: 'requests/s, achieved ÷ due', unit: 'ratio', atLeast: 0.99 },
  },
  async prepare({ reference, serverCpu, loadCpu, seconds }) {
    const server = await reference.serveEcho(serverCpu);
    return {
      notes: [],
      async measure() {
        const { report } = await run(load, server, loadCpu, seconds);
        const { scheduleLag } = report.latencies;
        return {
          p50: scheduleLag.quantile(0.5) / 1e3,
          p99: scheduleLag.quantile(0.99) / 1e3,
          cpuShare: report.cpuSeconds / report.measuredSeconds,
          rateRatio: report.requestsPerSecond / RATE,
        };
      },
      close: () => server.stop(),
    };
  },
} as const satisfies LimitRow;
