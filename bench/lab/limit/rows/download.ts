import { downloadByIperf3 } from '../iperf3.ts';
import { oneDownload } from '../loads.ts';
import { run } from '../ours.ts';
import type { DownloadFigures, LoadedServer } from '../reference.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

/**
 * Download over one TCP connection: our generator and `drain.c`, both from `blast.c`, and iperf3 from its own server.
 */
export const download = {
  name: 'download',
  title: 'TCP one-way download, 1 stream',
  uses: ['iperf3'],
  figures: {
    rateRatio: { title: 'bytes/s, ours ÷ C', unit: 'ratio', atLeast: 0.9 },
    iperf3Ratio: { title: 'bytes/s, ours ÷ iperf3', unit: 'ratio' },
    cpuRatio: { title: 'CPU per GiB, ours ÷ C', unit: 'ratio' },
    rate: { title: 'bytes/s, ours', unit: 'bytesPerSecond' },
    referenceRate: { title: 'bytes/s, C', unit: 'bytesPerSecond' },
    iperf3Rate: { title: 'bytes/s, iperf3', unit: 'bytesPerSecond' },
  },
  async prepare({ reference, serverCpu, loadCpu, seconds, installed }) {
    const server = await reference.serveBlast(serverCpu);
    const byIperf3 = () => downloadByIperf3(reference, serverCpu, loadCpu, seconds);
    return {
      notes: [],
      async measure(random) {
        const { ours, c, iperf3 } = await inTurn(random, {
          ours: () => downloadByOurs(server, loadCpu, seconds),
          c: () => reference.drain(server.port, loadCpu, seconds),
          iperf3: installed.has('iperf3') ? byIperf3 : undefined,
        });
        return {
          rateRatio: ours.bytesPerSecond / c.bytesPerSecond,
          cpuRatio: ours.cpuSecondsPerGib / c.cpuSecondsPerGib,
          rate: ours.bytesPerSecond,
          referenceRate: c.bytesPerSecond,
          ...(iperf3 !== undefined && { iperf3Ratio: ours.bytesPerSecond / iperf3, iperf3Rate: iperf3 }),
        };
      },
      close: () => server.stop(),
    };
  },
} as const satisfies LimitRow;

async function downloadByOurs(server: LoadedServer, cpu: number, seconds: number): Promise<DownloadFigures> {
  const { report, cpuSecondsPerGib } = await run(oneDownload, server, cpu, seconds);
  return { bytesPerSecond: report.bytesPerSecond, cpuSecondsPerGib };
}
