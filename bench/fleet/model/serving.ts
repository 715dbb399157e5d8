import { isIP } from 'node:net';
import * as z from 'zod';
import { appNames } from '../../../servers/apps/app-catalog.ts';
import { balancePolicyNames } from '../../../servers/balance/policies.ts';
import { modelNames } from '../../../servers/model-catalog.ts';
import { MAX_CONNECTIONS } from '../../model/want.ts';
import type { Gauge, ServerReading } from '../../run/server-reading.ts';
import { agentIdSchema, runIdSchema } from './identity.ts';
import { LONGEST_SILENCE_MS, SHORTEST_SILENCE_MS } from './timing.ts';

/**
 * Messages between a controller and the machine that starts its servers: data alone. A controller can send the name of a
 * built-in model, or of a command that the machine's owner lists; never a command line, a path or code.
 */

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();

/** Names of an owner's commands. */
export const COMMAND_NAME = /^[A-Za-z0-9][\w.-]{0,62}$/;

const workSchema = z.strictObject({
  parts: z
    .array(
      z.strictObject({
        share: z.number().gt(0).max(1),
        cpuNanos: amount.max(60e9),
        ioNanos: amount.max(3600e9),
      }),
    )
    .max(100),
  cacheHit: z.number().min(0).max(1),
  requestBytes: count.nullable(),
});

/** What to start. */
const servingSchema = z.strictObject({
  server: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('model'), model: z.enum(modelNames) }),
    z.strictObject({
      kind: z.literal('owned'),
      name: z.string().regex(COMMAND_NAME),
      startLimitMs: amount.max(3_600_000),
    }),
  ]),
  app: z.enum(appNames),
  transport: z.enum(['tcp', 'udp', 'tls']),
  work: workSchema.nullable(),
  streamKey: z.strictObject({ seed: count.max(2 ** 32 - 1), round: count.max(2 ** 32 - 2) }).nullable(),
  balance: z.enum(balancePolicyNames).nullable(),
  /** The most connections that it has to accept at once. */
  connections: count.max(MAX_CONNECTIONS),
  /** The server is ended when its controller is silent for this time. */
  silenceMs: z.number().min(SHORTEST_SILENCE_MS).max(LONGEST_SILENCE_MS),
});
export type Serving = Readonly<z.infer<typeof servingSchema>>;

/** Identifies a server: its run, and its number in it. A higher number was started later. */
const serverKeyShape = { run: runIdSchema, server: z.number().int().positive() };

export interface ServerKey {
  readonly run: string;
  readonly server: number;
}

const gauges = ['usage', 'memory', 'pssBytes', 'livingCpuNanos', 'drops', 'kernel'] as const satisfies readonly Gauge[];

/** What a controller asks of a server that runs. */
const questionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('read'), gauges: z.array(z.enum(gauges)).min(1).max(gauges.length) }),
  /** Watch its processes from now on: see RunningTarget.watch. */
  z.strictObject({ kind: z.literal('watch'), clientsStay: z.boolean() }),
  /** Which processes have ended: see RunningTarget.lost. */
  z.strictObject({ kind: z.literal('lost') }),
]);
export type ServerQuestion = Readonly<z.infer<typeof questionSchema>>;

/** A message from the controller. Each may arrive more than once. */
export const serveCommandSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('serve'), ...serverKeyShape, serving: servingSchema }),
  /** The controller's heartbeat. */
  z.strictObject({ kind: z.literal('beat'), ...serverKeyShape }),
  /** Questions to a server are numbered; the answer to one that is repeated is the same. */
  z.strictObject({ kind: z.literal('ask'), ...serverKeyShape, question: count, about: questionSchema }),
  /** End the server, in any phase. */
  z.strictObject({ kind: z.literal('stop'), ...serverKeyShape }),
]);
export type ServeCommand = Readonly<z.infer<typeof serveCommandSchema>>;

/** ServerReading of run/server-reading.ts, as it is received: the gauges that were asked for. */
const readingSchema = z.strictObject({
  usage: z
    .strictObject({ cpuNanos: amount, threads: count, processes: count, contextSwitches: count })
    .nullable()
    .exactOptional(),
  memory: z.strictObject({ peakRssBytes: amount, peakPssBytes: amount }).nullable().exactOptional(),
  pssBytes: amount.nullable().exactOptional(),
  livingCpuNanos: amount.nullable().exactOptional(),
  drops: count.nullable().exactOptional(),
  kernel: z
    .strictObject({
      ...{ listenOverflows: count, listenDrops: count, retransmittedSegments: count, resetsSent: count },
      ...{ udpReceiveBufferErrors: count, udpSendBufferErrors: count, stealTicks: amount, totalTicks: amount },
    })
    .nullable()
    .exactOptional(),
}) satisfies z.ZodType<Partial<ServerReading>>;

const answerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('read'), reading: readingSchema }),
  z.strictObject({ kind: z.literal('watch') }),
  z.strictObject({ kind: z.literal('lost'), lost: z.array(z.string().max(500)).max(1000) }),
]);
export type ServerAnswer = Readonly<z.infer<typeof answerSchema>>;

const addressSchema = z.strictObject({
  host: z.string().refine((host) => isIP(host) !== 0, { message: 'not an IP address' }),
  port: z.number().int().min(1).max(65_535),
});

/** Lines of stderr, and their length, that messages contain. */
export const MAX_STDERR_LINES = 20;
export const MAX_STDERR_LINE = 2000;

/** A message from the machine that serves. Each may arrive more than once. */
export const serveReportSchema = z.discriminatedUnion('kind', [
  /** The heartbeat of a server, sent at once when it is ready, too. `address`: null while it starts. */
  z.strictObject({
    kind: z.literal('beat'),
    ...serverKeyShape,
    agent: agentIdSchema,
    address: addressSchema.nullable(),
  }),
  z.strictObject({
    kind: z.literal('answer'),
    ...serverKeyShape,
    agent: agentIdSchema,
    question: count,
    answer: answerSchema,
  }),
  /** The server did not start, has ended, or lost a part; sent again until it is stopped. */
  z.strictObject({
    kind: z.literal('failed'),
    ...serverKeyShape,
    agent: agentIdSchema,
    message: z.string().max(4000),
    stderr: z.array(z.string().max(MAX_STDERR_LINE)).max(MAX_STDERR_LINES),
  }),
  /** The machine refuses it, or ended it for a reason of its own. */
  z.strictObject({ kind: z.literal('fault'), ...serverKeyShape, agent: agentIdSchema, message: z.string().max(4000) }),
  /** It was stopped, and nothing of it is left. */
  z.strictObject({ kind: z.literal('ended'), ...serverKeyShape, agent: agentIdSchema }),
]);
export type ServeReport = Readonly<z.infer<typeof serveReportSchema>>;

/** Reports whether two keys identify the same server. */
export function isSameServer(a: ServerKey, b: ServerKey): boolean {
  return a.run === b.run && a.server === b.server;
}
