import { closedLoop, constantRate } from '../loads.ts';
import { run } from '../ours.ts';
import type { LimitCase } from '../reference.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

const load: LimitCase = { transport: 'tcp', inFlight: 50, size: 64 };

/** What sending on schedule costs: half the rate of a closed loop compared with the closed loop itself. */
export const halfRate = {
  name: 'half-rate',
  title: `TCP echo of ${load.size} B at half the closed loop's rate, ${load.inFlight} connections`,
  figures: {
    cpuRatio: { title: 'CPU per request, at the rate ÷ closed loop', unit: 'ratio', atMost: 1.5 },
    p99: { title: 'schedule lag, p99', unit: 'micros', atMost: 100 },
    p50: { title: 'schedule lag, p50', unit: 'micros' },
    rateRatio: { title: 'requests/s, achieved ÷ due', unit: 'ratio', atLeast: 0.99 },
    rate: { title: 'requests/s, at the rate', unit: 'perSecond' },
    cpuMicros: { title: 'CPU per request, at the rate', unit: 'micros' },
    closedCpuMicros: { title: 'CPU per request, closed loop', unit: 'micros' },
  },
  async prepare({ reference, serverCpu, loadCpu, seconds }) {
    const server = await reference.serveEcho(serverCpu);
    const closedRun = () => run(closedLoop(load), server, loadCpu, seconds);
    /** Requests per second of the latest closed loop. */
    let capacity: number | undefined;
    return {
      notes: [],
      async measure(random) {
        capacity ??= (await closedRun()).requestsPerSecond;
        const due = Math.round(capacity / 2);
        const { paced, closed } = await inTurn(random, {
          paced: () => run(constantRate(due, load.inFlight, load.size), server, loadCpu, seconds),
          closed: closedRun,
        });
        capacity = closed.requestsPerSecond;
        const { scheduleLag } = paced.report.latencies;
        return {
          cpuRatio: paced.cpuMicrosPerRequest / closed.cpuMicrosPerRequest,
          p99: scheduleLag.quantile(0.99) / 1e3,
          p50: scheduleLag.quantile(0.5) / 1e3,
          rateRatio: paced.requestsPerSecond / due,
          rate: paced.requestsPerSecond,
          cpuMicros: paced.cpuMicrosPerRequest,
          closedCpuMicros: closed.cpuMicrosPerRequest,
        };
      },
      close: () => server.stop(),
    };
  },
} as const satisfies LimitRow;
