import * as z from 'zod';

/** Asks an agent for its clock. `exchange` numbers the requests. */
export const clockRequestSchema = z.strictObject({ exchange: z.number().int().nonnegative() });

/** The agent's monotonic clock in nanoseconds: when the request was received, and when the reply was sent. */
export const clockReplySchema = z.strictObject({
  exchange: z.number().int().nonnegative(),
  received: z.number(),
  replied: z.number(),
});
