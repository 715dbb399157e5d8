import type { Reply, RequestCost } from '../apps/app.ts';
import type { Random } from '../random/streams.ts';
import { burnCpu } from './burner.ts';
import { WorkSampler } from './sampler.ts';
import type { WorkSpec } from './spec.ts';

/** Applies the simulated cost of requests, one after the other. */
export class Work implements RequestCost {
  readonly #sampler: WorkSampler;

  constructor(spec: WorkSpec, random: Random) {
    this.#sampler = new WorkSampler(spec, random);
  }

  next(reply: Reply): void {
    const sampler = this.#sampler;
    sampler.next();
    if (sampler.cpuNanos > 0) burnCpu(sampler.cpuNanos);
    if (sampler.ioNanos > 0) reply.wait(sampler.ioNanos);
  }
}
