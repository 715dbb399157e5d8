import * as z from 'zod';
import { latencySchema } from './latency-summary.ts';
import { amount, count } from './numbers.ts';

/** What a second load generator measured of a trial's server. Objects are loose: fields of later versions are kept. */
export const secondOpinionSchema = z.looseObject({
  /** Name of the load generator. */
  engine: z.string(),
  version: z.string(),
  /** From its own start until its own end. Opening its connections is included. */
  measuredSeconds: amount,
  requests: z.looseObject({
    /** Answered with an expected status. */
    completed: count,
    /** Not answered in time. */
    timedOut: count,
    /** Connections that failed, and replies with another status. */
    errors: count,
  }),
  /** Replies by status code. */
  statuses: z.record(z.string(), count),
  /** Completed requests. */
  throughput: z.looseObject({ requestsPerSecond: amount }),
  latencyMicros: z.looseObject({
    /** From when a request was sent until its reply was parsed: completed requests only. */
    response: latencySchema,
  }),
  /** The whole process. */
  generator: z.looseObject({
    cpuSeconds: amount,
    /** Null when no request was completed. */
    cpuMicrosPerRequest: amount.nullable(),
    /** CPU time as a share of the time measured. */
    utilization: amount,
    /** Whether that was above 90 %. The server may be able to do more then. */
    saturated: z.boolean(),
  }),
});

/** Why there is no second opinion. */
export const secondOpinionFailureSchema = z.looseObject({
  engine: z.string(),
  message: z.string(),
  /** The last lines on stderr of the load generator. */
  stderr: z.array(z.string()),
});

export type SecondOpinion = z.infer<typeof secondOpinionSchema>;
export type SecondOpinionFailure = z.infer<typeof secondOpinionFailureSchema>;
