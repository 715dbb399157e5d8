import * as z from 'zod';
import { environmentSchema } from './result.ts';
import { amount, count, reasonSchema } from './trial.ts';

/** What a regression check found, as it is saved. Objects are loose: fields that a later version adds survive. */
export const CHECK_SCHEMA = 'sockbench/check/1';

/** A number, or null where it is not known: JSON has neither NaN nor infinity. */
const unknowable = z.number().nullable();

/** ln of what each metric cost an arm: nanoseconds of CPU time and of response time, seconds for each request. */
const costsSchema = z.looseObject({ throughput: unknowable, cpu: unknowable, p50: unknowable, p99: unknowable });

const sessionSchema = z.looseObject({
  /** Counted from 1. */
  session: count,
  /** `check`, or `confirmation`: held to confirm what the check found. */
  series: z.enum(['check', 'confirmation']),
  /** Who took which place: started first, measured first. */
  places: z.array(z.enum(['a', 'b', 'null'])),
  costs: z.partialRecord(z.enum(['a', 'b', 'null']), costsSchema),
  /** Why it doesn't count; null when it does. */
  excluded: z.string().nullable(),
});

const findingSchema = z.looseObject({
  metric: z.string(),
  finding: z.enum(['regressed', 'within', 'open', 'not-estimable']),
  /** How much worse B is, as a share; negative where it is better. */
  change: unknowable,
  interval: z.looseObject({ low: unknowable, high: unknowable }),
  worseP: amount,
  withinP: amount,
  tolerated: amount,
  detected: amount,
  /** The smallest change that so many sessions would have found. */
  minimumDetectable: unknowable,
});

const lookSchema = z.looseObject({
  series: z.enum(['check', 'confirmation']),
  sessions: count,
  alpha: amount,
  verdict: z.enum(['regressed', 'pass', 'continue', 'inconclusive']),
  metrics: z.array(findingSchema),
});

export const checkResultSchema = z.looseObject({
  schema: z.literal(CHECK_SCHEMA),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  interrupted: z.boolean(),
  environment: environmentSchema,
  plan: z.looseObject({
    a: z.string(),
    b: z.string(),
    app: z.string(),
    transport: z.string(),
    connections: count,
    size: count,
    seed: count,
    windowMs: amount,
    nullArm: z.boolean(),
    confirm: z.boolean(),
    budgetMs: amount.nullable(),
    serverCpus: z.array(count),
    loadCpus: z.array(count),
  }),
  /** What the pilot found. */
  pace: z.looseObject({ warmupMs: amount, rate: amount, rateWindowMs: amount }).nullable(),
  sessions: z.array(sessionSchema),
  looks: z.array(lookSchema),
  verdict: z.looseObject({
    outcome: z.enum(['pass', 'regressed', 'suspected', 'inconclusive', 'unsteady', 'invalid']),
    /** Metrics that regressed. */
    metrics: z.array(z.string()),
    /** In a sentence. */
    statement: z.string(),
  }),
  warnings: z.array(reasonSchema),
});

export type CheckResult = z.infer<typeof checkResultSchema>;
export type CheckOutcome = CheckResult['verdict']['outcome'];
export type CheckSession = CheckResult['sessions'][number];
export type CheckLook = CheckResult['looks'][number];
