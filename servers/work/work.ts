import type { Reply } from '../apps/app.ts';
import { burnCpu } from './burner.ts';
import { WorkSampler } from './sampler.ts';
import type { WorkSpec } from './spec.ts';

/** What requests cost, one after the other. */
export class Work {
  readonly #sampler: WorkSampler;

  constructor(spec: WorkSpec) {
    this.#sampler = new WorkSampler(spec);
  }

  /** Does the next request's work: burns CPU time, and has the model wait before what is said after this. */
  next(reply: Reply): void {
    const sampler = this.#sampler;
    sampler.next();
    if (sampler.cpuNanos > 0) burnCpu(sampler.cpuNanos);
    if (sampler.ioNanos > 0) reply.wait(sampler.ioNanos);
  }
}
