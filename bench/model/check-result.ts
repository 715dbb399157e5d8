import * as z from 'zod';
import { exchangeSchema } from './exchange.ts';
import { servingMachineSchema } from './fleet.ts';
import { amount, count } from './numbers.ts';
import { loadSchema } from './operating-point.ts';
import { environmentSchema } from './result.ts';
import { reasonSchema } from './trial.ts';

/** Schema of a saved regression check. Objects are loose: fields that a later version adds are kept. */
export const CHECK_SCHEMA = 'sockbench/check/1';

/** A number, or null when it is not known: JSON has neither NaN nor infinity. */
const unknowable = z.number().nullable();

/** ln of what each metric cost an arm: nanoseconds of CPU time and of response time, seconds for each request. */
const costsSchema = z.looseObject({ throughput: unknowable, cpu: unknowable, p50: unknowable, p99: unknowable });

const sessionSchema = z.looseObject({
  /** Counted from 1. */
  session: count,
  /** `check`, or `confirmation`: held to confirm what the check found. */
  series: z.enum(['check', 'confirmation']),
  /** Arms by place. The first was started first and measured first. */
  places: z.array(z.enum(['a', 'b', 'null'])),
  costs: z.partialRecord(z.enum(['a', 'b', 'null']), costsSchema),
  /** Why it does not count; null when it does. */
  excluded: z.string().nullable(),
});

const findingSchema = z.looseObject({
  metric: z.string(),
  finding: z.enum(['regressed', 'within', 'open', 'not-estimable']),
  /** How much worse B is, as a share; negative when it is better. */
  change: unknowable,
  interval: z.looseObject({ low: unknowable, high: unknowable }),
  worseP: amount,
  withinP: amount,
  tolerated: amount,
  detected: amount,
  /** The smallest change that this number of sessions would have found. */
  minimumDetectable: unknowable,
});

const lookSchema = z.looseObject({
  series: z.enum(['check', 'confirmation']),
  sessions: count,
  alpha: amount,
  verdict: z.enum(['regressed', 'pass', 'continue', 'inconclusive']),
  metrics: z.array(findingSchema),
});

/** A server compared with recorded runs of it. All numbers are ln(cost of the server / cost of the reference). */
const baselineMetricSchema = z.looseObject({
  metric: z.string(),
  /** Recorded runs with a value of this metric, before this one. */
  runs: count,
  mean: unknowable,
  /** Hodges and Lehmann's estimate over this run's sessions. */
  run: unknowable,
  /** Half width, around the mean, of the interval in which one more run lies. */
  halfWidth: unknowable,
  /** As shares. */
  tolerated: amount,
  detected: amount,
  finding: z.enum(['regressed', 'within', 'open', 'not-estimable', 'too-few-runs']),
  /** Recorded runs with which one like their mean would pass; null when no number would suffice. */
  runsToPass: count.nullable(),
});

const baselineSchema = z.looseObject({
  file: z.string(),
  reference: z.looseObject({ model: z.string(), version: count }),
  /** Whether this run was to be recorded, and not to be judged. */
  record: z.boolean(),
  /** Number of runs stored before this one. */
  runs: count,
  firstAt: z.iso.datetime().nullable(),
  lastAt: z.iso.datetime().nullable(),
  metrics: z.array(baselineMetricSchema),
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
    exchange: exchangeSchema.nullable().default(null),
    websocketMessage: loadSchema.shape.websocketMessage,
    transport: z.string(),
    connections: count,
    size: count,
    /** HTTP only: hash of the page that B sent in every reply; absent when pages were not compared. */
    page: z.string().optional(),
    seed: count,
    windowMs: amount,
    nullArm: z.boolean(),
    confirm: z.boolean(),
    budgetMs: amount.nullable(),
    /** Gated metrics that were left out because they could not be measured here; absent when there are none. */
    dropped: z.array(z.looseObject({ metric: z.string(), reason: z.string() })).optional(),
    /** Names of the machines of the agents that made the load; absent when this machine did. */
    agents: z.array(z.string()).optional(),
    /** The machine that started the servers; absent when this one did. */
    servedOn: servingMachineSchema.optional(),
    serverCpus: z.array(count),
    loadCpus: z.array(count),
  }),
  /** What the pilot found, and how sessions were planned from it. */
  pace: z
    .looseObject({
      warmupMs: amount,
      rate: amount,
      rateWindowMs: amount,
      /** Length of each window at full load; absent in files of earlier versions, as are the next four fields. */
      fullWindowMs: amount.optional(),
      /** Windows of each program in each session. */
      fullWindows: count.optional(),
      rateWindows: count.optional(),
      /** Expected length of a session; null when it did not matter. */
      sessionMs: amount.nullable().optional(),
      /** Planned looks: their sessions, and the probability of a false alarm that they spend. */
      looks: z.array(z.looseObject({ sessions: count, alpha: amount })).optional(),
    })
    .nullable(),
  sessions: z.array(sessionSchema),
  looks: z.array(lookSchema),
  /** With a stored baseline, in place of looks: A is the reference then. Absent without one. */
  baseline: baselineSchema.optional(),
  verdict: z.looseObject({
    outcome: z.enum(['pass', 'regressed', 'suspected', 'inconclusive', 'unsteady', 'invalid', 'advisory', 'recorded']),
    /** Metrics that regressed. */
    metrics: z.array(z.string()),
    /** The verdict in a sentence. */
    statement: z.string(),
    /** What would most likely have decided each open metric of an inconclusive check; null when nothing would. */
    needs: z
      .array(z.looseObject({ metric: z.string(), sessions: count.nullable(), budgetMs: amount.nullable() }))
      .optional(),
  }),
  warnings: z.array(reasonSchema),
});

/** What a check of two programs found. */
export interface CheckResult extends z.infer<typeof checkResultSchema> {}
export type CheckOutcome = CheckResult['verdict']['outcome'];
export type CheckSession = CheckResult['sessions'][number];
export type CheckLook = CheckResult['looks'][number];
export type CheckBaseline = NonNullable<CheckResult['baseline']>;
