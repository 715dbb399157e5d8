import type { Figure } from './figure.ts';
import type { LoadFigures } from './reference.ts';

export type PairFigure = 'rateRatio' | 'cpuRatio' | 'rate' | 'referenceRate' | 'cpuMicros' | 'referenceCpuMicros';

/** Bounds of our figures ÷ those of another generator. */
interface PairBounds {
  /** Minimum ratio of requests per second. */
  readonly rate?: number;
  /** Maximum ratio of CPU time per request. */
  readonly cpu?: number;
}

/**
 * Returns the figures of a pair: our generator and another one under the same load.
 * @param other the other one's name.
 * @param request what a request is called.
 */
export function pairFigures(other: string, { rate, cpu }: PairBounds, request = 'request'): Record<PairFigure, Figure> {
  const rates = `${request}s/s`;
  const cost = `CPU per ${request}`;
  return {
    rateRatio: {
      title: `${rates}, ours ÷ ${other}`,
      unit: 'ratio',
      ...(rate !== undefined && { atLeast: rate }),
    },
    cpuRatio: { title: `${cost}, ours ÷ ${other}`, unit: 'ratio', ...(cpu !== undefined && { atMost: cpu }) },
    rate: { title: `${rates}, ours`, unit: 'perSecond' },
    referenceRate: { title: `${rates}, ${other}`, unit: 'perSecond' },
    cpuMicros: { title: `${cost}, ours`, unit: 'micros' },
    referenceCpuMicros: { title: `${cost}, ${other}`, unit: 'micros' },
  };
}

/** Compares a pair that ran in the same round. */
export function comparePair(ours: LoadFigures, other: LoadFigures): Record<PairFigure, number> {
  return {
    rateRatio: ours.requestsPerSecond / other.requestsPerSecond,
    cpuRatio: ours.cpuMicrosPerRequest / other.cpuMicrosPerRequest,
    rate: ours.requestsPerSecond,
    referenceRate: other.requestsPerSecond,
    cpuMicros: ours.cpuMicrosPerRequest,
    referenceCpuMicros: other.cpuMicrosPerRequest,
  };
}
