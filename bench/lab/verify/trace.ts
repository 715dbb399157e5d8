import { type Random, type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import type { GatedMetric } from '../../stats/gated-metrics.ts';
import { type MachineName, machines, type Noise, normal } from './noise.ts';

/** Traits of a simulated metric: how it follows the machine, and its own scatter. */
export interface MetricTraits {
  readonly metric: GatedMetric;
  /** The windows that measure it: those at full load, or those at the common rate. */
  readonly load: 'full' | 'paced';
  /** Share of the machine's noise that shows. Other processes on the CPU hardly change the CPU time per request. */
  readonly machine: number;
  /** Own scatter from window to window. */
  readonly scatter: number;
  /** Scatter between processes of the same program: memory layout, hash seeds, ports. */
  readonly process: number;
}

export const traits: readonly MetricTraits[] = [
  { metric: 'throughput', load: 'full', machine: 1, scatter: 0.005, process: 0.007 },
  { metric: 'cpu', load: 'full', machine: 0.5, scatter: 0.005, process: 0.007 },
  { metric: 'p50', load: 'paced', machine: 1, scatter: 0.01, process: 0.01 },
  { metric: 'p99', load: 'paced', machine: 1.5, scatter: 0.05, process: 0.02 },
];

/** How much worse each metric of the changed server is, as shares, in the order of {@link traits}. */
export type Change = readonly number[];

export const unchanged: Change = [0, 0, 0, 0];

/** One simulated machine over time, on which windows are measured one after the other. */
export class Trace {
  /** Random decisions outside machine and servers: the order of programs, and resampling. */
  readonly coin: Random;
  readonly resampling: Random;
  readonly #noise: Noise;
  readonly #servers: Random;

  /** @param streamKey the same key gives the same machine, for any measurements on it. */
  constructor(machine: MachineName, streamKey: StreamKey) {
    this.coin = streamOf('simulated coin', streamKey);
    this.resampling = streamOf('bootstrap', streamKey);
    this.#noise = machines[machine](streamOf('simulated machine', streamKey));
    this.#servers = streamOf('simulated server', streamKey);
  }

  /** Returns ln of the cost by each metric in the next window, for a process with the given offsets. */
  window(process: readonly number[]): number[] {
    const noise = this.#noise();
    return traits.map(({ machine, scatter }, i) => {
      return machine * noise + scatter * normal(this.#servers) + (process[i] as number);
    });
  }

  /** Starts a fresh process of a server that is worse than the original by the given change. Returns its offsets. */
  process(change: Change): number[] {
    return traits.map(({ process }, i) => process * normal(this.#servers) + Math.log1p(change[i] as number));
  }
}
