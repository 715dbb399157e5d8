import * as z from 'zod';
import { amount, count } from './numbers.ts';
import { pointShape } from './operating-point.ts';
import { reasonSchema } from './trial.ts';

/** Purposes of a search's trials: narrowing down the capacity, confirming it, or profiling rates below it. */
export const purposes = ['bracket', 'confirm', 'profile'] as const;
export type Purpose = (typeof purposes)[number];

/**
 * `limited`: an objective was not met, but possibly because of the generator. `unmeasured`: requests were answered, but
 * the value of an objective is not known.
 */
export const findings = ['met', 'missed', 'limited', 'unmeasured'] as const;
export type Finding = (typeof findings)[number];

const stepSchema = z.looseObject({
  purpose: z.enum(purposes),
  /** Offered rate in requests/s, as Poisson arrivals. */
  rate: amount,
  /** Round of this target's trial. */
  round: count,
  finding: z.enum(findings),
  /** Why it is not `met`. */
  reasons: z.array(reasonSchema),
});

/** The capacity of one target, as far as a search has determined it. */
export const capacitySchema = z.looseObject({
  target: z.string(),
  transport: pointShape.transport,
  connections: pointShape.connections,
  work: pointShape.work.default(null),
  cacheHit: pointShape.cacheHit,
  /**
   * - `bracketed`: the capacity lies between two rates.
   * - `at-least`: it is no less than one rate.
   * - `none`: no rate was low enough.
   * - `unknown`: nothing was confirmed, and nothing ruled out.
   */
  outcome: z.enum(['bracketed', 'at-least', 'none', 'unknown']),
  /** Highest rate that met the objectives for a whole confirmation window and is below all rates that did not. */
  confirmed: amount.nullable(),
  /**
   * Lowest rate that did not meet the objectives for a whole window or, when nothing was confirmed, for a short trial.
   */
  refuted: amount.nullable(),
  /** What prevented a closer result. */
  limit: z.enum(['generator', 'highest-rate', 'unmeasured', 'budget', 'failure', 'interruption']).nullable(),
  /** In the order in which they were run. */
  steps: z.array(stepSchema),
  /** Trials at shares of the confirmed rate. */
  profile: z.array(
    z.looseObject({
      share: amount,
      rate: amount,
      /** Response times. */
      p50Micros: amount,
      p99Micros: amount,
      cpuMicrosPerRequest: amount.nullable(),
    }),
  ),
  /** What to know when reading the bracket. */
  notes: z.array(reasonSchema),
});

/** Part of a plan: the objectives of a search, and its effort. */
export const capacityPlanSchema = z.looseObject({
  slos: z.array(z.string()),
  /** Share of requests that may fail. */
  mostErrors: amount,
  startRate: amount,
  confirmSeconds: amount,
  budgetSeconds: amount,
});

export type Capacity = z.infer<typeof capacitySchema>;
export type CapacityStep = z.infer<typeof stepSchema>;
