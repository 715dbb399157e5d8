import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ModelName } from '../../servers/model-catalog.ts';
import { exchangeSchema } from './exchange.ts';
import { amount, count } from './numbers.ts';
import { sizesSchema } from './sizes-schema.ts';

/**
 * Schema of the stored runs of one server, each measured next to a reference. Objects are loose, as those of results.
 */
export const BASELINE_SCHEMA = 'sockbench/baseline/2';

/**
 * The reference that servers are measured next to: one of this project's own models, with the same app. Raise its
 * version when a change to it, or to code that it uses, may change its speed. Runs recorded with another version are
 * not comparable.
 */
export const REFERENCE = { model: 'event-driven', version: 1 } as const satisfies { model: ModelName; version: number };

/** Metrics of a recorded run. Tail percentiles are excluded, because they differ too much from run to run. */
export const baselineMetrics = ['throughput', 'cpu', 'p50'] as const;

const referenceSchema = z.looseObject({ model: z.string(), version: count });

/** What all runs had in common in how they were measured. */
const planSchema = z.looseObject({
  app: z.string(),
  /** Absent when the app decided what to send. */
  exchange: exchangeSchema.optional(),
  /** Absent when WebSocket messages were binary, or there were none. */
  websocketMessage: z.literal('text').optional(),
  transport: z.string(),
  connections: count,
  sizes: sizesSchema,
  /** Null: as long as a pilot found. */
  warmupMs: amount.nullable(),
  windowMs: z.number().positive(),
  sessions: count,
  /** Version of the method by which metrics are measured and computed. */
  method: count,
  threads: count,
  serverCpus: z.array(count),
  loadCpus: z.array(count),
});

/** What all runs had in common in where they ran, and the hash of the plan and the reference. */
const fingerprintSchema = z.looseObject({
  cpuModel: z.string(),
  cpus: z.number().int().positive(),
  kernel: z.string(),
  node: z.string(),
  planHash: z.string(),
});

const runSchema = z.looseObject({
  startedAt: z.iso.datetime(),
  sockbench: z.string(),
  /** Command that ran the server. */
  command: z.string(),
  seed: count,
  /** HTTP only: hash of the page that the server sent; absent when pages were not compared. */
  page: z.string().optional(),
  /** ln(cost of the server / cost of the reference) of each gated metric, by Hodges and Lehmann over the sessions. */
  lnRatios: z.partialRecord(z.enum(baselineMetrics), z.number()),
});

export const storedBaselineSchema = z
  .looseObject({
    schema: z.literal(BASELINE_SCHEMA),
    reference: referenceSchema,
    fingerprint: fingerprintSchema,
    plan: planSchema,
    /** In the order in which they were recorded. */
    runs: z.array(runSchema),
  })
  .refine(({ plan, reference, fingerprint }) => planHash(plan, reference) === fingerprint.planHash, {
    path: ['fingerprint', 'planHash'],
    message: 'is not the hash of the plan in this file',
  });

export type StoredBaseline = z.infer<typeof storedBaselineSchema>;
export type BaselineRun = StoredBaseline['runs'][number];
export type BaselinePlan = z.infer<typeof planSchema>;
type BaselineReference = z.infer<typeof referenceSchema>;

/** Returns sixteen hexadecimal digits that change when any field of the plan or of the reference changes. */
export function planHash(plan: BaselinePlan, { model, version }: BaselineReference): string {
  // Fields that are absent do not count, so that the hashes of files of earlier versions remain valid.
  const fields = Object.keys(planSchema.shape).flatMap((field) => (plan[field] === undefined ? [] : [plan[field]]));
  return createHash('sha256')
    .update(JSON.stringify([model, version, ...fields]))
    .digest('hex')
    .slice(0, 16);
}
