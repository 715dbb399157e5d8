import { downloadByIperf3, whyNoIperf3 } from '../iperf3.ts';
import { oneDownload, run } from '../ours.ts';
import type { DownloadFigures, LoadedServer } from '../reference.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

/**
 * Download over one TCP connection: our generator and `drain.c`, both from `blast.c`, and iperf3 from its own server.
 */
export const download = {
  name: 'download',
  title: 'TCP one-way download, 1 stream',
  figures: {
    rateRatio: { title: 'bytes/s, ours ÷ C', unit: 'ratio', atLeast: 0.9 },
    iperf3Ratio: { title: 'bytes/s, ours ÷ iperf3', unit: 'ratio' },
    cpuRatio: { title: 'CPU per GiB, ours ÷ C', unit: 'ratio' },
    rate: { title: 'bytes/s, ours', unit: 'bytesPerSecond' },
    referenceRate: { title: 'bytes/s, C', unit: 'bytesPerSecond' },
    iperf3Rate: { title: 'bytes/s, iperf3', unit: 'bytesPerSecond' },
  },
  async prepare({ reference, serverCpu, loadCpu, seconds }) {
    const missing = await whyNoIperf3();
    const server = await reference.serveBlast(serverCpu);
    const contestants = {
      ours: () => downloadByOurs(server, loadCpu, seconds),
      c: () => reference.drain(server.port, loadCpu, seconds),
    };
    const iperf3 = () => downloadByIperf3(reference, serverCpu, loadCpu, seconds);
    return {
      notes: missing === undefined ? [] : [missing],
      async measure(random) {
        if (missing !== undefined) return againstC(await inTurn(random, contestants));
        const outcome = await inTurn(random, { ...contestants, iperf3 });
        const iperf3Rate = outcome.iperf3;
        return { ...againstC(outcome), iperf3Ratio: outcome.ours.bytesPerSecond / iperf3Rate, iperf3Rate };
      },
      close: () => server.stop(),
    };
  },
} as const satisfies LimitRow;

async function downloadByOurs(server: LoadedServer, cpu: number, seconds: number): Promise<DownloadFigures> {
  const { report, cpuSecondsPerGib } = await run(oneDownload, server, cpu, seconds);
  return { bytesPerSecond: report.bytesPerSecond, cpuSecondsPerGib };
}

function againstC({ ours, c }: { readonly ours: DownloadFigures; readonly c: DownloadFigures }) {
  return {
    rateRatio: ours.bytesPerSecond / c.bytesPerSecond,
    cpuRatio: ours.cpuSecondsPerGib / c.cpuSecondsPerGib,
    rate: ours.bytesPerSecond,
    referenceRate: c.bytesPerSecond,
  };
}
