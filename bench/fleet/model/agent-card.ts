import * as z from 'zod';
import { agentIdSchema } from './identity.ts';
import { COMMAND_NAME } from './serving.ts';
import { decode } from './wire.ts';

/** Version of the messages. Agents of another version are not used. */
export const PROTOCOL_VERSION = 1;

/** Names of machines, and labels, as they are printed. */
export const AGENT_NAME = /^[\w.:-]{1,253}$/;
export const LABEL_NAME = /^[A-Za-z][\w.-]{0,62}$/;
export const LABEL_VALUE = /^[\w.:/-]{1,253}$/;

const findingSchema = z.object({
  what: z.string().max(200),
  found: z.string().max(500),
  verdict: z.enum(['fine', 'note', 'bad']),
  advice: z.string().max(1000),
});

/** What the cards of all versions have, so that a controller can name an agent that it does not understand. */
const anyVersionSchema = z.object({
  protocol: z.number(),
  agent: agentIdSchema,
  /** Name of its machine, for people. */
  name: z.string().regex(AGENT_NAME),
  /** Of sockbench. */
  version: z.string().max(50),
});

/** How an agent introduces itself. */
export const agentCardSchema = z.object({
  ...anyVersionSchema.shape,
  protocol: z.literal(PROTOCOL_VERSION),
  labels: z.record(z.string().regex(LABEL_NAME), z.string().regex(LABEL_VALUE)),
  /** `incompatible` is the controller's word for one with other messages. */
  state: z.enum(['idle', 'busy', 'draining', 'incompatible']),
  /** Number of CPUs that it may use: its load threads when load is divided by fitness. */
  cpus: z.number().int().positive().max(4096),
  kernel: z.string().max(200),
  node: z.string().max(50),
  /** Most file descriptors; null: not known. */
  openFiles: z.number().nonnegative().nullable(),
  /** Targets that its owner allows, as they were given. */
  targets: z.array(z.string().max(300)).max(1000),
  /** Present when it starts servers, and makes no load: the address on which they listen, and its owner's commands. */
  serves: z
    .object({ listenOn: z.string().max(100), commands: z.array(z.string().regex(COMMAND_NAME)).max(1000) })
    .exactOptional(),
  /** What `doctor` finds there. */
  findings: z.array(findingSchema).max(100),
});
export type AgentCard = Readonly<z.infer<typeof agentCardSchema>>;

/** Returns the card in a message; of an agent with other messages, what all versions have; undefined when it is none. */
export function readCard(bytes: Uint8Array): AgentCard | undefined {
  const card = decode(agentCardSchema, bytes);
  if (card !== undefined) return card;
  const other = decode(anyVersionSchema, bytes);
  if (other === undefined || other.protocol === PROTOCOL_VERSION) return undefined;
  return {
    ...other,
    ...{ protocol: PROTOCOL_VERSION, state: 'incompatible', labels: {}, targets: [], findings: [] },
    ...{ cpus: 1, kernel: '', node: '', openFiles: null },
  };
}
