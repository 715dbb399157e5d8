import * as z from 'zod';
import { agentIdSchema, trialKeyShape } from './identity.ts';
import { partSchema } from './part.ts';
import { openingSchema } from './thread-report-schema.ts';

const count = z.number().int().nonnegative();

/** Live counts of an agent: see LoadGenerator. */
export const progressSchema = z.object({
  /**
   * Number of the look that they are from: looks are at fixed distances from the end of the warm-up (LOOK_NANOS), look
   * 0 is at its end, and -1 stands for any time before.
   */
  look: z.number().int().min(-1),
  completed: count,
  failed: count,
  bytes: z.number().nonnegative(),
  inFlight: z.number().nonnegative(),
  /** When measuring ended, by the agent's clock; null while it continues. */
  doneNanos: z.number().nullable(),
});
export type AgentProgress = Readonly<z.infer<typeof progressSchema>>;

/** Counts at one look or more, ascending: those since the last heartbeat, or the latest again. */
const looksSchema = z.array(progressSchema).min(1).max(1000);

/** Which of several windows it is, counted from 0; absent: 0. */
const windowShape = { window: count.min(1).exactOptional() };

/** Where an agent is in its trial. */
export const agentPhaseSchema = z.discriminatedUnion('phase', [
  z.strictObject({ phase: z.literal('opening') }),
  z.strictObject({ phase: z.literal('open'), opening: openingSchema }),
  z.strictObject({ phase: z.literal('running'), looks: looksSchema, ...windowShape }),
  z.strictObject({ phase: z.literal('finished'), looks: looksSchema, ...windowShape }),
]);
export type AgentPhase = Readonly<z.infer<typeof agentPhaseSchema>>;

/** A message from an agent to the controller of its run. Each may arrive more than once. */
export const reportSchema = z.discriminatedUnion('kind', [
  /** The agent's heartbeat, sent at once after each change, too. */
  z.strictObject({ kind: z.literal('beat'), ...trialKeyShape, agent: agentIdSchema, state: agentPhaseSchema }),
  z.strictObject({
    kind: z.literal('part'),
    ...trialKeyShape,
    agent: agentIdSchema,
    sequence: count,
    part: partSchema,
  }),
  /** The agent has refused or ended the trial. */
  z.strictObject({
    kind: z.literal('fault'),
    ...trialKeyShape,
    agent: agentIdSchema,
    message: z.string().max(4000),
    /** For how long it had not heard the controller, in milliseconds, where it has ended the trial for that. */
    silentMs: count.exactOptional(),
  }),
]);
export type Report = Readonly<z.infer<typeof reportSchema>>;

/** Returns the window that an agent is in, counted from 0. */
export function windowOf(phase: AgentPhase): number {
  return 'window' in phase ? (phase.window ?? 0) : 0;
}

/** Returns the number of a window as messages contain it: the first has none. */
export function numbered(window: number): { readonly window?: number } {
  return window === 0 ? {} : { window };
}
