import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ModelName } from '../../servers/catalog.ts';
import { amount, count, sizeRangeSchema } from './trial.ts';

/** Runs of one server, each measured next to a reference, as they are stored. Objects are loose, as those of results. */
export const BASELINE_SCHEMA = 'sockbench/baseline/2';

/**
 * What servers are measured next to: one of this project's own models, with the same app. Its version is raised whenever
 * a change of it, or of what it stands on, may change its speed: what was recorded with another is not comparable.
 */
export const REFERENCE = { model: 'event-driven', version: 1 } as const satisfies { model: ModelName; version: number };

/** What a recorded run may say of metrics. A tail percentile is none of them: it differs too much from run to run. */
export const baselineMetrics = ['throughput', 'cpu', 'p50'] as const;

const referenceSchema = z.looseObject({ model: z.string(), version: count });

/** What all runs had in common in what they did. */
const planSchema = z.looseObject({
  app: z.string(),
  transport: z.string(),
  connections: count,
  sizes: z.array(sizeRangeSchema),
  /** Null: as long as a pilot found. */
  warmupMs: amount.nullable(),
  windowMs: z.number().positive(),
  sessions: count,
  /** Which version of how metrics are measured and formed. */
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
  /** What was run as the server. */
  command: z.string(),
  seed: count,
  /** Of HTTP: a hash of what the server answered; missing where that was not looked at. */
  page: z.string().optional(),
  /** ln(cost of the server / cost of the reference), by Hodges and Lehmann over the sessions; of each gated metric. */
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
    message: 'is not the hash of the plan beside it',
  });

export type StoredBaseline = z.infer<typeof storedBaselineSchema>;
export type BaselineRun = StoredBaseline['runs'][number];
export type BaselinePlan = z.infer<typeof planSchema>;
type BaselineReference = z.infer<typeof referenceSchema>;

/** Sixteen hexadecimal digits that differ as soon as a field of plan or reference does. */
export function planHash(plan: BaselinePlan, { model, version }: BaselineReference): string {
  const fields = Object.keys(planSchema.shape).map((field) => plan[field]);
  return createHash('sha256')
    .update(JSON.stringify([model, version, ...fields]))
    .digest('hex')
    .slice(0, 16);
}
