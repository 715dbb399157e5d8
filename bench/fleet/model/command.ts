import * as z from 'zod';
import { fleetAssignmentSchema } from './assignment.ts';
import { trialKeyShape } from './identity.ts';

/** When a load begins and its phases end: nanoseconds of the agent's own monotonic clock. */
const scheduleSchema = z
  .object({ begin: z.number(), warmupEnd: z.number(), measureEnd: z.number(), drainEnd: z.number() })
  .refine(
    ({ begin, warmupEnd, measureEnd, drainEnd }) =>
      begin <= warmupEnd && warmupEnd < measureEnd && measureEnd <= drainEnd && drainEnd - begin < 86_400e9,
    { message: 'phases out of order' },
  );

/** A message from the controller to an agent. Each may arrive more than once. */
export const commandSchema = z.discriminatedUnion('kind', [
  /** Open the connections of a load. */
  z.strictObject({ kind: z.literal('assign'), ...trialKeyShape, assignment: fleetAssignmentSchema }),
  /** Begin the load at that time. `window`: for which time, counted from 0; absent: 0. */
  z.strictObject({
    kind: z.literal('start'),
    ...trialKeyShape,
    schedule: scheduleSchema,
    window: z.number().int().positive().exactOptional(),
  }),
  /** The controller's heartbeat. `received`: how many parts it has, without gaps. */
  z.strictObject({ kind: z.literal('beat'), ...trialKeyShape, received: z.number().int().nonnegative() }),
  /** A look at the server found it idle: see LoadGenerator.foundIdle. */
  z.strictObject({ kind: z.literal('found-idle'), ...trialKeyShape }),
  /** End the load, in any phase. */
  z.strictObject({ kind: z.literal('stop'), ...trialKeyShape }),
]);
export type Command = Readonly<z.infer<typeof commandSchema>>;
