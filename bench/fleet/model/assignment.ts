import { isIP } from 'node:net';
import * as z from 'zod';
import { exchangeSchema } from '../../model/exchange.ts';
import { arrivals, type OperatingPoint, pointShape } from '../../model/operating-point.ts';
import { stagesSchema } from '../../model/stage.ts';
import { MAX_CONNECTIONS, MAX_MESSAGE, MAX_PIPELINING, MAX_RATE } from '../../model/want.ts';
import { LONGEST_SILENCE_MS, SHORTEST_SILENCE_MS } from './timing.ts';

/**
 * The part of a load that an agent gets: data alone. Nothing in it is a command, a path or code, and the agent checks
 * all of it before it acts.
 */

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative().max(86_400_000);
const text = z.string().max(65_536);

/** A plug-in is a file, so it is refused. */
const exchange = exchangeSchema
  .nullable()
  .refine((given) => given?.protocol !== 'plug-in', { message: 'agents load no plug-ins' });

const profileSchema = z.object({ start: z.number().nonnegative(), stages: stagesSchema, holdMs: milliseconds });

/** Numbers of the threads that an agent runs, of all threads of the load, which are numbered from 0. */
const threadShareSchema = z
  .object({ threads: z.array(count).min(1).max(4096), of: count.min(1).max(65_536) })
  .refine(({ threads, of }) => threads.every((thread, i) => thread < of && thread > (threads[i - 1] ?? -1)), {
    message: 'threads that are not ascending, or beyond the last one',
  });
export type ThreadShare = Readonly<z.infer<typeof threadShareSchema>>;

/** What the protocol must know of the target: see Destination of run/protocol-spec.ts. */
const destinationSchema = z.object({
  host: z.string().max(300),
  path: text,
  redis: z
    .object({ user: text.exactOptional(), password: text.exactOptional(), database: count.exactOptional() })
    .exactOptional(),
  pages: z.array(text.nullable()).nullable().exactOptional(),
});

/** How clients use TLS: see TlsUse of load/threads/assignment.ts. Certificates and keys are PEM, not files. */
const tlsSchema = z.object({
  options: z.object({
    alpn: z.array(z.string().max(255)),
    servername: z.string().max(253).nullable(),
    ca: text.nullable(),
    identity: z.object({ cert: text, key: text }).nullable(),
    resume: z.boolean(),
  }),
  hosts: z.array(z.string().max(300)).min(1),
});

export const fleetAssignmentSchema = z.strictObject({
  /** The load of all agents together. */
  point: z
    .object({ ...pointShape, exchange })
    .refine(({ workload, transport }) => workload !== 'broadcast' && transport !== 'unix', {
      message: 'agents broadcast no lines and use no Unix-domain sockets',
    })
    .refine(isWithinLimits, { message: 'more connections or bytes than a load may have' }),
  /** The exchange of the point, with its secrets; null: what the app suggests. */
  exchange,
  address: z.object({
    host: z.string().refine((host) => isIP(host) !== 0, { message: 'not an IP address' }),
    port: z.number().int().min(1).max(65_535),
  }),
  destination: destinationSchema,
  tls: tlsSchema.nullable(),
  share: threadShareSchema,
  arrivals: z.object({ profile: profileSchema, arrivals: z.enum(namesOf(arrivals)) }).nullable(),
  levels: profileSchema.nullable(),
  requests: count.nullable(),
  isExact: z.boolean(),
  /** How often the load runs over the same connections; absent: once. Loads that run several times take turns. */
  windows: count.min(2).max(100_000).exactOptional(),
  streamKey: z.object({
    seed: count.max(2 ** 32 - 1),
    round: count.max(2 ** 32 - 2),
    session: count.max(2 ** 32 - 2).exactOptional(),
    ordinal: count.max(2 ** 32 - 2).exactOptional(),
  }),
  timestamps: z.enum(['kernel', 'user']),
  timeoutMs: milliseconds,
  openTimeoutMs: milliseconds,
  /** The agent ends the load when its controller is silent for this time. */
  silenceMs: z.number().min(SHORTEST_SILENCE_MS).max(LONGEST_SILENCE_MS),
});
export type FleetAssignment = Readonly<z.infer<typeof fleetAssignmentSchema>>;

/** As the controller's own configuration: an agent allocates memory for these. */
function isWithinLimits({ connections, stages, pipelining, sizes }: OperatingPoint): boolean {
  return (
    Math.max(connections, ...stages.map(({ target }) => target)) <= MAX_RATE &&
    connections <= MAX_CONNECTIONS &&
    pipelining <= MAX_PIPELINING &&
    sizes.every(({ to }) => to <= MAX_MESSAGE)
  );
}

function namesOf<N extends string>(catalog: Readonly<Record<N, unknown>>): readonly N[] {
  return Object.keys(catalog) as N[];
}
