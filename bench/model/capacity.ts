import * as z from 'zod';
import { transportNames } from '../../servers/transport.ts';
import { amount, count, reasonSchema } from './trial.ts';

/** What a trial of a search is for: narrowing down where the capacity is, confirming that, or looking below it. */
export const purposes = ['bracket', 'confirm', 'profile'] as const;
export type Purpose = (typeof purposes)[number];

/**
 * `limited`: not all was kept, but that may be the generator's doing. `unmeasured`: requests were answered, and yet what
 * a bound is on is not known.
 */
export const findings = ['met', 'missed', 'limited', 'unmeasured'] as const;
export type Finding = (typeof findings)[number];

const stepSchema = z.looseObject({
  purpose: z.enum(purposes),
  /** Poisson arrivals offered a second. */
  rate: amount,
  /** The trial is that of this target with this round. */
  round: count,
  finding: z.enum(findings),
  /** Why it is not `met`. */
  reasons: z.array(reasonSchema),
});

/** What one target can take, as far as a search has found out. */
export const capacitySchema = z.looseObject({
  target: z.string(),
  transport: z.enum(transportNames),
  connections: count,
  work: z.string().nullable().optional(),
  cacheHit: amount.optional(),
  /**
   * `bracketed`: it lies between two rates. `at-least`: it is no less than one. `none`: no rate was low enough.
   * `unknown`: nothing was confirmed, and nothing ruled out.
   */
  outcome: z.enum(['bracketed', 'at-least', 'none', 'unknown']),
  /** Highest rate, below all that were not, which was kept for a whole confirmation window. */
  confirmed: amount.nullable(),
  /** Lowest rate which was not kept: for a whole window; where nothing was confirmed, also for a short trial. */
  refuted: amount.nullable(),
  /** What stood in the way of knowing more. */
  limit: z.enum(['generator', 'highest-rate', 'unmeasured', 'budget', 'failure', 'interruption']).nullable(),
  /** In the order in which they were run. */
  steps: z.array(stepSchema),
  /** At shares of the confirmed rate. */
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
  /** What a reader of the bracket should know. */
  notes: z.array(reasonSchema),
});

/** Of a plan: what was to be kept, and how hard it was looked for. */
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
