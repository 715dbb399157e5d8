import * as z from 'zod';
import { noCounts } from '../../load/threads/counts.ts';

/** ThreadReport of load/thread-report.ts, as it is received from an agent. */

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();
const text = z.string().max(10_000);

const countsSchema = z.object(
  Object.fromEntries(Object.keys(noCounts()).map((name) => [name, count])) as Record<
    keyof ReturnType<typeof noCounts>,
    typeof count
  >,
);

const examplesSchema = z.object({
  refusal: text.exactOptional(),
  corruption: z.object({ fault: text, example: text }).exactOptional(),
  tls: text.exactOptional(),
});

export const openingSchema = z.object({
  seconds: amount,
  opened: count,
  answered: count,
  lastErrno: count,
  examples: examplesSchema.exactOptional(),
});

export const threadReportSchema = z.object({
  counts: countsSchema,
  startedNanos: z.number(),
  completedInTime: count,
  bytesInTime: amount,
  measuredSeconds: z.number().positive(),
  cpuSeconds: amount,
  spunSeconds: amount,
  fairness: z.object({ sum: amount, sumOfSquares: amount, starved: count }),
  used: count,
  meanInFlight: amount,
  inFlightSeconds: amount,
  gaps: z.array(z.number()).max(4096).nullable(),
  jitterNanos: amount.nullable(),
  droppedBySockets: count,
  portsExhausted: count,
  refusals: count.exactOptional(),
  examples: examplesSchema.exactOptional(),
  statuses: z.record(z.string().max(100), count).exactOptional(),
  notes: z
    .array(z.object({ code: z.string().max(100), message: z.string().max(2000) }))
    .max(100)
    .exactOptional(),
});
