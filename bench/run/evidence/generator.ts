import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { micros, percent } from '../amounts.ts';

/**
 * Largest share of the 99th percentile of response time that the generator's lag may make up. Above it, the percentile
 * reflects the generator more than the server.
 */
const MAX_LAG = 0.25;

/** Returns reasons to suspect that the trial measured the generator rather than the server. */
export function generatorSuspicions({ generator, latencyMicros, timestamps, broadcast }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (generator.saturated) {
    reasons.push({
      code: 'generator-saturated',
      message:
        `the generator used ${percent(generator.utilization)} of its CPU, so the server may be able to do more: ` +
        // All clients of a chat run in one thread.
        (broadcast === undefined ? 'add --threads where there are CPUs for them, or lower the load' : 'lower the load'),
    });
  }
  const { response, generatorLag } = latencyMicros;
  if (generatorLag !== undefined && generatorLag.p99 > MAX_LAG * response.p99) {
    // Without kernel timestamps, only bounds of the lag are known, and there are no service times.
    const known = timestamps === 'kernel';
    reasons.push({
      code: 'generator-lag',
      message:
        `the generator sent and read late by ${known ? '' : 'up to '}${micros(generatorLag.p99)} at the 99th percentile, more than a ` +
        `quarter of the response times' ${micros(response.p99)}: ` +
        (known
          ? 'judge the server by its service times (shown by `run` and in the JSON), or lower the load'
          : 'lower the load'),
    });
  }
  return reasons;
}
