import { type Random, type StreamKey, streamOf } from '../../servers/random.ts';
import type { GatedMetric } from '../stats/gated-metrics.ts';
import { type MachineName, machines, type Noise, normal } from './noise.ts';

/** What a simulated server is measured by: how it follows the machine, and how much it scatters besides. */
export interface MetricTraits {
  readonly metric: GatedMetric;
  /** The windows that tell of it: those at full load, or those at the common rate. */
  readonly load: 'full' | 'paced';
  /** Share of the machine's noise that shows. CPU time for each request hardly minds when others take the CPU. */
  readonly machine: number;
  /** Scatter of its own from window to window. */
  readonly scatter: number;
  /** How much one process differs from another of the same program: memory layout, hash seeds, ports. */
  readonly process: number;
}

export const traits: readonly MetricTraits[] = [
  { metric: 'throughput', load: 'full', machine: 1, scatter: 0.005, process: 0.007 },
  { metric: 'cpu', load: 'full', machine: 0.5, scatter: 0.005, process: 0.007 },
  { metric: 'p50', load: 'paced', machine: 1, scatter: 0.01, process: 0.01 },
  { metric: 'p99', load: 'paced', machine: 1.5, scatter: 0.05, process: 0.02 },
];

/** How much each metric of the changed server is worse, as shares, in the order of {@link traits}. */
export type Change = readonly number[];

export const unchanged: Change = [0, 0, 0, 0];

/** One simulated machine over time, on which windows are measured one after the other. */
export class Trace {
  /** Decides what is no matter of the machine or the servers: who comes first, what is resampled. */
  readonly coin: Random;
  readonly resampling: Random;
  readonly #noise: Noise;
  readonly #servers: Random;

  /** @param streamKey the same gives the same machine, whatever is measured on it. */
  constructor(machine: MachineName, streamKey: StreamKey) {
    this.coin = streamOf('simulated coin', streamKey);
    this.resampling = streamOf('bootstrap', streamKey);
    this.#noise = machines[machine](streamOf('simulated machine', streamKey));
    this.#servers = streamOf('simulated server', streamKey);
  }

  /** ln of the cost by each metric in the next window, of a process of which these are the own ways. */
  window(process: readonly number[]): number[] {
    const noise = this.#noise();
    return traits.map(({ machine, scatter }, i) => {
      return machine * noise + scatter * normal(this.#servers) + (process[i] as number);
    });
  }

  /** A fresh process of a server that is by so much worse than the original. */
  process(change: Change): number[] {
    return traits.map(({ process }, i) => process * normal(this.#servers) + Math.log1p(change[i] as number));
  }
}
