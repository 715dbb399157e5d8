import * as z from 'zod';
import { transportNames } from '../../servers/transport.ts';
import { capacityPlanSchema, capacitySchema } from './capacity.ts';
import { cpuGainSchema, scalingSchema } from './scaling.ts';
import { amount, count, reasonSchema, sizeRangeSchema, stageSchema, trialSchema } from './trial.ts';

/**
 * The one format between the floors: what a run measured, as it is saved and as reports read it.
 * Objects are loose: fields that a later version adds survive reading and writing.
 */
export const SCHEMA = 'sockbench/result/1';

export const environmentSchema = z.looseObject({
  cpuModel: z.string(),
  /** Logical CPUs that this run may use. */
  cpus: z.number().int().positive(),
  memoryBytes: amount,
  platform: z.string(),
  arch: z.string(),
  kernel: z.string(),
  node: z.string(),
  sockbench: z.string(),
  /** cpufreq governor of the first CPU; null where the kernel shows none. */
  governor: z.string().nullable(),
  virtualized: z.boolean(),
});

/** Operating points: each transport with each number of connections. */
const scenarioSchema = z.looseObject({
  transports: z.array(z.string()),
  connections: z.array(count),
  cpus: count.optional(),
  work: z.string().nullable(),
  cacheHit: amount.optional(),
});

const planSchema = z.looseObject({
  command: z.string(),
  /** Shuffles the order of trials; the same seed gives the same order. */
  seed: count,
  rounds: count,
  models: z.array(z.string()),
  /** Those of the above that were commands, and what was run. */
  commands: z.array(z.looseObject({ name: z.string(), command: z.string() })).optional(),
  /** How clients chose between several targets; missing where there was one. */
  select: z.string().optional(),
  /** How the models that balance did it; missing when there are none. */
  balance: z.string().optional(),
  /** With rounds that went on until all was decided: the time after which they ended in any case. */
  budgetSeconds: amount.optional(),
  /** Trials in all; without it, each of the models at each operating point in each round. */
  trials: count.optional(),
  transports: z.array(z.string()),
  connections: z.array(count),
  /** CPUs that the server was given, in all scenarios but the further ones; missing when that was not varied. */
  cpus: count.optional(),
  /** What requests cost the server, as --work takes it; null: nothing. */
  work: z.string().nullable().optional(),
  cacheHit: amount.optional(),
  /** Further operating points, which differ in these; missing when there are none. */
  scenarios: z.array(scenarioSchema).optional(),
  /** This and the other optional fields are missing in results of versions that gave no choice. */
  workload: z.string().optional(),
  connection: z.string().optional(),
  pipelining: count,
  deflate: z.boolean().optional(),
  /** Requests offered a second, where the stages or a search begin; null in a closed loop. */
  rate: amount.nullable().optional(),
  arrivals: z.string().nullable().optional(),
  stages: z.array(stageSchema).optional(),
  /** Measuring ended after so many requests; null: only after its time. */
  requests: count.nullable().optional(),
  timestamps: z.string().optional(),
  /** Mean bytes of a message, rounded; see `sizes` for a mixture. */
  size: count,
  sizes: z.array(sizeRangeSchema).optional(),
  /** With a number of `requests`, at most. */
  durationSeconds: amount,
  warmupSeconds: amount,
  threads: count,
  serverCpus: z.array(count),
  loadCpus: z.array(count),
  /** Of a search for capacities only. */
  capacity: capacityPlanSchema.optional(),
});

/** A trial that could not be measured, and why. */
const failureSchema = z.looseObject({
  target: z.string(),
  transport: z.enum(transportNames),
  connections: count,
  cpus: count.optional(),
  /** Missing in results of versions without work. */
  work: z.string().nullable().optional(),
  cacheHit: amount.optional(),
  round: count,
  message: z.string(),
  /** The server's last lines on stderr. */
  stderr: z.array(z.string()),
});

/** Who is ahead of whom, over rounds that all of them were in; see docs/verdicts.md. */
const rankingSchema = z.looseObject({
  rounds: count,
  roundsNeeded: count,
  /** Places that each may have, 1 being the best; best first. */
  ranges: z.array(z.looseObject({ name: z.string(), best: count, worst: count })),
  pairs: z.array(
    z.looseObject({
      a: z.string(),
      b: z.string(),
      /** By what share `a` is ahead of `b`, and its interval; null: no upper bound. */
      ahead: z.number(),
      interval: z.looseObject({ low: z.number(), high: z.number().nullable() }),
      /** Adjusted by Holm over all pairs. */
      p: amount,
      relation: z.enum(['ahead', 'behind', 'equivalent', 'unresolved']),
    }),
  ),
  /** The one that is ahead of all others; null when there is none. */
  winner: z.string().nullable(),
  /** Those that nobody is ahead of. */
  unbeaten: z.array(z.string()),
  /** Is every pair told apart, or known to be equivalent? */
  decided: z.boolean(),
});

/** What may be said of one scenario's contestants after this run. */
const comparisonSchema = z.looseObject({
  /** Missing in results of versions that compared by transport alone. */
  transport: z.enum(transportNames).optional(),
  /** CPUs that the server was given; missing when that was not varied. */
  cpus: count.optional(),
  /** What requests cost the server, with its cache hits, in words; null: nothing. */
  work: z.string().nullable().optional(),
  rounds: count,
  /** Rounds that a ranking of so many contestants needs; METHOD: max(12, ⌈log2(2·pairs/.05)⌉). */
  roundsNeeded: count,
  /** Level of each ranking, for all its pairs together. */
  alpha: amount.optional(),
  /** Numbers of connections that were measured, ascending. */
  levels: z.array(count),
  highestConnections: count,
  /** Ordered by retention, best first: median over rounds of throughput at the highest level ÷ at the best level. */
  scaling: z.array(
    z.looseObject({
      target: z.string(),
      retention: amount,
      /** Medians at the highest level. */
      requestsPerSecond: amount,
      /** One-way workloads only, which are compared by their bytes. */
      bytesPerSecond: amount.optional(),
      starvedConnections: count,
      /** Was the generator at its limit in any round at the highest level? Then it may be able to do more. */
      generatorLimited: z.boolean().optional(),
      /** Throughput at the highest level, round by round. */
      rates: z.array(z.looseObject({ round: count, requestsPerSecond: amount, bytesPerSecond: amount.optional() })),
    }),
  ),
  /** By throughput at each level, of those that served every connection; missing before there are enough rounds. */
  rankings: z.array(rankingSchema.extend({ connections: count })).optional(),
  /** By retention at the highest level, of the same; missing also when there is one level only. */
  retentionRanking: rankingSchema.optional(),
  /** Those that nobody beats in retention at the highest level, nor in throughput there; none when nobody has both. */
  scalesBest: z.array(z.string()).optional(),
  /** Are there any of these rankings, and are all decided? */
  decided: z.boolean().optional(),
});

const verdictSchema = z.looseObject({
  /** Sentences for people, in order of importance; they claim no more than the rounds allow. */
  statements: z.array(z.string()),
});

/** A bound that a trial had to keep, and whether it did. */
const thresholdSchema = z.looseObject({
  text: z.string(),
  round: count,
  /** Of `observed`. */
  unit: z.enum(['micros', 'count', 'share', 'bytes', 'perSecond', 'bytesPerSecond']),
  /** Null when the trial did not know it. */
  observed: z.number().nullable(),
  kept: z.boolean(),
});

export const resultSchema = z.looseObject({
  schema: z.literal(SCHEMA),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** True when the run was stopped before its plan was done. */
  interrupted: z.boolean(),
  environment: environmentSchema,
  plan: planSchema,
  trials: z.array(trialSchema),
  failures: z.array(failureSchema),
  /** By transport, with work by transport and work: `tcp`, `tcp cpu:500us`. What wasn't compared is missing. */
  comparison: z.record(z.string(), comparisonSchema),
  /** How targets scale, under the same names: of sweeps (`scale`) that have ended. */
  scaling: z.record(z.string(), scalingSchema).optional(),
  /** What more CPUs bring: of sweeps that varied those. */
  cpuGains: z.array(cpuGainSchema).optional(),
  verdict: verdictSchema,
  /** Bounds that trials had to keep, in order of trials; missing when there were none. */
  thresholds: z.array(thresholdSchema).optional(),
  /** What each target can take; missing where that was not searched for. */
  capacity: z.array(capacitySchema).optional(),
  /** Remarks on the run as a whole, for the foot of the report. */
  warnings: z.array(reasonSchema),
});

export type Result = z.infer<typeof resultSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type Plan = z.infer<typeof planSchema>;
export type Failure = z.infer<typeof failureSchema>;
export type ThresholdOutcome = z.infer<typeof thresholdSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type RankingRecord = z.infer<typeof rankingSchema>;
