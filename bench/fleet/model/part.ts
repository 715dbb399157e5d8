import * as z from 'zod';
import { latencyNames } from '../../load/threads/live.ts';
import { histogramDeltaSchema } from '../merge/histogram-delta.ts';
import { threadReportSchema } from './thread-report-schema.ts';

/**
 * A part of what an agent measured. Parts of a trial are numbered from 0, and sent again until the controller has them;
 * together they are the whole.
 */
export const partSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latencies'), name: z.enum(latencyNames), delta: histogramDeltaSchema }),
  z.strictObject({ kind: z.literal('thread'), report: threadReportSchema }),
  /** The last part: how many values each histogram has, to check the sum of its deltas. */
  z.strictObject({
    kind: z.literal('end'),
    values: z.record(z.enum(latencyNames), z.number().int().nonnegative()),
    threads: z.number().int().positive(),
  }),
]);
export type Part = Readonly<z.infer<typeof partSchema>>;
