import * as z from 'zod';
import { transportNames } from '../../servers/transport.ts';
import { capacityPlanSchema, capacitySchema } from './capacity.ts';
import { servingMachineSchema } from './fleet.ts';
import { metricUnits } from './metric.ts';
import { amount, count } from './numbers.ts';
import { loadSchema, pointShape, scenarioSchema } from './operating-point.ts';
import { cpuGainSchema, scalingSchema } from './scaling.ts';
import { reasonSchema, trialSchema } from './trial.ts';

/**
 * Schema of a saved run, which is also the format that reports read. Objects are loose: fields that a later version
 * adds are kept on reading and writing.
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
  /**
   * Commit of the repository around the working directory, abbreviated, with `-dirty` when tracked files differ from it.
   * Absent without git or a repository, and in results of versions that did not record it.
   */
  commit: z.string().optional(),
});

const planSchema = z.looseObject({
  command: z.string(),
  /** Shuffles the order of trials; the same seed gives the same order. */
  seed: count,
  rounds: count,
  models: z.array(z.string()),
  /** Those of the models that were commands, and what was run. */
  commands: z.array(z.looseObject({ name: z.string(), command: z.string() })).optional(),
  /** How clients chose between several targets; absent when there was one. */
  select: z.string().optional(),
  /** Policy of the models that balance; absent when there are none. */
  balance: z.string().optional(),
  /** Time limit of rounds that continue until all pairs are decided; absent for a fixed number of rounds. */
  budgetSeconds: amount.optional(),
  /** Trials in all; when absent, each of the models at each operating point in each round. */
  trials: count.optional(),
  ...scenarioSchema.shape,
  /** Further operating points, which differ in these properties; absent when there are none. */
  scenarios: z.array(z.looseObject(scenarioSchema.shape)).optional(),
  ...loadSchema.shape,
  /** Measuring ended after N requests; null: only after its time. */
  requests: count.nullable().default(null),
  timestamps: z.string().optional(),
  /** Another load generator that measured each server, too; absent when there was none. */
  secondEngine: z.string().optional(),
  /** Mean bytes of a message, rounded. */
  size: count,
  /** The longest time measured when there is a number of `requests`. */
  durationSeconds: amount,
  warmupSeconds: amount,
  /** Absent, as `openTimeoutSeconds` and the defaults above, in results of versions without them. */
  timeoutSeconds: amount.optional(),
  openTimeoutSeconds: amount.optional(),
  threads: count,
  /** Names of the machines of the agents that made the load; absent when this machine did. */
  agents: z.array(z.string()).optional(),
  /** The machine that started the servers; absent when this one did. */
  servedOn: servingMachineSchema.optional(),
  serverCpus: z.array(count),
  loadCpus: z.array(count),
  /** Searches for capacities only. */
  capacity: capacityPlanSchema.optional(),
});

/** A trial that could not be measured, and why. */
const failureSchema = z.looseObject({
  target: z.string(),
  ...pointShape,
  /** Absent, as most properties of the load, in results of early versions. */
  work: pointShape.work.default(null),
  pipelining: pointShape.pipelining.default(1),
  round: count,
  message: z.string(),
  /** The server's last lines on stderr. */
  stderr: z.array(z.string()),
});

/** Ranking of the targets, over rounds that all of them were in; see docs/ranking.md. */
const rankingSchema = z.looseObject({
  rounds: count,
  roundsNeeded: count,
  /** Places that each may have, 1 being the best; best first. */
  ranges: z.array(z.looseObject({ name: z.string(), best: count, worst: count })),
  pairs: z.array(
    z.looseObject({
      a: z.string(),
      b: z.string(),
      /** Share by which `a` is ahead of `b`, and its interval; null: no upper bound. */
      ahead: z.number(),
      interval: z.looseObject({ low: z.number(), high: z.number().nullable() }),
      /** Adjusted by Holm over all pairs. */
      p: amount,
      relation: z.enum(['ahead', 'behind', 'equivalent', 'unresolved']),
    }),
  ),
  /** The one that is ahead of all others; null: none. */
  winner: z.string().nullable(),
  /** Those that no other is ahead of. */
  unbeaten: z.array(z.string()),
  /** Whether every pair is ahead, behind or equivalent. */
  decided: z.boolean(),
});

/** Comparison of the targets of one scenario. */
const comparisonSchema = z.looseObject({
  /** The app of the servers; absent for the default app, and where all scenarios of the run have the same. */
  app: z.string().optional(),
  /** Absent in results of versions that compared by transport alone. */
  transport: z.enum(transportNames).optional(),
  /** CPUs given to the server; absent when they were not varied. */
  cpus: count.optional(),
  /** Work of requests on the server, with its cache hits, in words; null for none. */
  work: z.string().nullable().optional(),
  rounds: count,
  /** Rounds that a ranking of these targets needs: max(12, ⌈log2(2·pairs/alpha)⌉). */
  roundsNeeded: count,
  /** Significance level of each ranking, for all its pairs together. */
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
      /** Whether the generator was at its limit in any round at the highest level. The target may be faster then. */
      generatorLimited: z.boolean().optional(),
      /** Throughput at the highest level, round by round. */
      rates: z.array(z.looseObject({ round: count, requestsPerSecond: amount, bytesPerSecond: amount.optional() })),
    }),
  ),
  /** By throughput at each level, of those that served every connection; absent before there are enough rounds. */
  rankings: z.array(rankingSchema.extend({ connections: count })).optional(),
  /** By retention at the highest level, of the same; absent also when there is only one level. */
  retentionRanking: rankingSchema.optional(),
  /**
   * Those that no other beats at the highest level, neither in retention nor in throughput; empty when none has both.
   */
  scalesBest: z.array(z.string()).optional(),
  /** Whether there are any of these rankings, and all are decided. */
  decided: z.boolean().optional(),
});

const verdictSchema = z.looseObject({
  /** Sentences for the user, most important first; they claim no more than the rounds allow. */
  statements: z.array(z.string()),
});

/** A bound that a trial had to keep, and whether it did. */
const thresholdSchema = z.looseObject({
  text: z.string(),
  round: count,
  /** Unit of `observed`. */
  unit: z.enum(metricUnits),
  /** Null when the trial does not have the value. */
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
  /**
   * By scenario: transport, work and CPUs, such as `tcp`, `tcp cpu:500us` or `tcp 2 CPUs`. One of several apps comes
   * first, such as `http tcp`. Scenarios that were not compared are absent.
   */
  comparison: z.record(z.string(), comparisonSchema),
  /** How targets scale, by the same names: sweeps (`scale`) that have ended only. */
  scaling: z.record(z.string(), scalingSchema).optional(),
  /** What more CPUs bring: sweeps that varied CPUs only. */
  cpuGains: z.array(cpuGainSchema).optional(),
  verdict: verdictSchema,
  /** Bounds that trials had to keep, in order of trials; absent when there were none. */
  thresholds: z.array(thresholdSchema).optional(),
  /** Capacity of each target; absent when it was not searched for. */
  capacity: z.array(capacitySchema).optional(),
  /** Remarks on the run as a whole, for the end of the report. */
  warnings: z.array(reasonSchema),
});

/** What a measurement of trials found. */
export interface Result extends z.infer<typeof resultSchema> {}
export type Environment = z.infer<typeof environmentSchema>;
export type Plan = z.infer<typeof planSchema>;
export type Failure = z.infer<typeof failureSchema>;
export type ThresholdOutcome = z.infer<typeof thresholdSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type RankingRecord = z.infer<typeof rankingSchema>;
