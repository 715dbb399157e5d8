import * as z from 'zod';
import { agentLoadSchema } from './fleet.ts';
import { latencySchema } from './latency-summary.ts';
import { amount, count } from './numbers.ts';
import { pointShape } from './operating-point.ts';
import { secondOpinionFailureSchema, secondOpinionSchema } from './second-opinion.ts';

/** What a trial measured, as it is saved. Objects are loose: fields that a later version adds are kept. */

/** Why requests were due and never sent; see DropCause in bench/load/threads/counts.ts. */
const dropsSchema = z.looseObject({
  /** They waited for a free connection for as long as --timeout, or too many others were waiting. */
  noConnection: count,
  /** Their target accepted no connections. */
  refused: count,
  /** UDP: the generator's own send buffer, or its network device, was full. */
  sendBuffer: count,
  /** No local port was left to connect from. */
  noPort: count,
  /** Their connection ended first, or the generator's kernel refused them for another reason. */
  unsent: count,
});

const requestsSchema = z.looseObject({
  /**
   * Outstanding when measuring began, or handed to the kernel while measuring.
   * sent = completed + timedOut + errors + corrupted.
   */
  sent: count,
  /** Answered in full and as expected, while measuring or in the drain after it. */
  completed: count,
  /** Not answered in time; over UDP, the same as `lost`. */
  timedOut: count,
  /** Ended by a reset, an early close or a reply that refused them, or their own connection failed. */
  errors: count,
  /**
   * Number of these that a complete reply refused: with an unexpected status, or an error. Absent where replies cannot
   * refuse, and in results of versions that did not count them.
   */
  refusals: count.optional(),
  /** Answered with other bytes than expected. */
  corrupted: count,
  /** Due and never sent: not included in `sent`, and without a response time. */
  dropped: count,
  /** Number of these by cause; absent in results of versions that did not record it. */
  drops: dropsSchema.optional(),
  /**
   * UDP only. `lost`: requests without a reply in time or, one way, dropped by the server's socket. The others are
   * replies that came after their time-out, more than once, or after a later one.
   */
  lost: count.optional(),
  late: count.optional(),
  duplicated: count.optional(),
  reordered: count.optional(),
});

const examplesSchema = z.looseObject({
  /** A reply that refused its request. */
  refusal: z.string().optional(),
  /** A corrupt reply: what is wrong, and at most 120 bytes around the first wrong one. */
  corruption: z.looseObject({ fault: z.string(), example: z.string() }).optional(),
  /** Why TLS failed on a connection. */
  tls: z.string().optional(),
});

/** Latencies. response = waiting for a connection + generatorLag + service. */
const latenciesSchema = z.looseObject({
  /** From when a request was due until its reply was handled. */
  response: latencySchema,
  /** From when it was sent until the kernel received its reply: kernel timestamps only. */
  service: latencySchema.optional(),
  /** What the generator added: late sending and late reading. Kernel timestamps only. */
  generatorLag: latencySchema.optional(),
  /** How late requests were sent, from when they were due and could have been sent. Open loop only. */
  scheduleLag: latencySchema.optional(),
  /** From connect(2) until the connection was established. Only with a connection for each request. */
  connect: latencySchema.optional(),
  /** From when a connection was established until its TLS handshake was complete. TLS only. */
  handshake: latencySchema.optional(),
});

/** What became of datagrams, as far as kernels report it. */
const datagramsSchema = z.looseObject({
  /** Replies that the generator's own sockets dropped because their buffers were full. */
  droppedByGenerator: count,
  /** Requests that the server's sockets dropped for the same reason; null when that is not readable. */
  droppedByServer: count.nullable(),
});

/** Deliveries of the lines of a chat. All other clients should receive each line. */
const broadcastSchema = z.looseObject({
  /** Deliveries that should happen: for each line, one for each other client in the room. */
  expected: count,
  /** Deliveries in time, the first of each. */
  delivered: count,
  /** Expected and not delivered. */
  lost: count,
  /** Lines received again, or by their own sender. */
  duplicated: count,
  /** Lines received after a later one of the same sender. */
  reordered: count,
  /** Lines received after they had been given up. */
  late: count,
  /** Lines received that no client had sent. */
  corrupted: count,
  /** Share of the expected deliveries that happened. */
  reach: z.number().min(0).max(1),
  /** Deliveries until the end of the drain, divided by the time measured. */
  deliveriesPerSecond: amount,
});

/** A slice of the time measured: its end, in seconds since measuring began, and what was completed in it. */
const sliceSchema = z.looseObject({ second: amount, completed: count });

/** How arrivals were spread, compared with how they should be: open loop only. */
const arrivalCheckSchema = z.looseObject({
  /** Number of distances between requests in the sample. */
  gaps: count,
  /** Kolmogorov-Smirnov distance of their distribution from the configured one, 0 to 1. */
  distance: amount,
});

const openingSchema = z.looseObject({
  /** From the first connect until the last connection's first reply, or until opening was given up. */
  seconds: amount,
  /** Connections that were established (TCP) or could send (UDP). */
  opened: count,
  /** Connections that received their first reply before opening was given up. */
  answered: count,
});

const serverSchema = z.looseObject({
  cpuSeconds: amount,
  /** Null when no request completed while it was measured. */
  cpuMicrosPerRequest: amount.nullable(),
  /** Sum over the process tree of each process's peak resident set; shared pages count once for each process. */
  peakRssBytes: amount,
  /** Peak proportional set size of the whole tree, estimated: shared pages count once. */
  peakPssBytes: amount,
  /**
   * Proportional set size with every connection open, answered once and idle, minus that before the first, divided by
   * the number of connections. Negative when the server released more than it took. Absent when connections are not all
   * answered, do not stay open or are never idle.
   */
  memoryBytesPerConnection: z.number().optional(),
  threads: count,
  processes: count,
  contextSwitches: count,
});

/** Above this utilization of its CPU, a load generator may have been the limit. */
export const SATURATED = 0.9;

const generatorSchema = z.looseObject({
  cpuSeconds: amount,
  cpuMicrosPerRequest: amount.nullable(),
  threads: count,
  /** Share of its time that the busiest generator thread was on a CPU, 0 to 1. */
  utilization: amount,
  /** Whether that was above 90 %. The server may be able to do more then. */
  saturated: z.boolean(),
});

const kernelSchema = z.looseObject({
  /**
   * All counters cover the whole machine, other programs included, from the opening of connections until measuring
   * ended.
   */
  listenOverflows: count,
  listenDrops: count,
  retransmittedSegments: count,
  resetsSent: count,
  udpReceiveBufferErrors: count,
  udpSendBufferErrors: count,
  /** Share of all CPU time that the hypervisor gave to others. */
  stealShare: amount,
});

/** One interval of the time measured: a second, or the rest at the end. */
export const timelinePointSchema = z.looseObject({
  /** End of the interval, in seconds since measuring began. */
  second: amount,
  requestsPerSecond: amount,
  /** Absent in results of versions that did not count bytes. */
  bytesPerSecond: amount.optional(),
  /** Response times in microseconds; 0 when nothing was answered. */
  p50: amount,
  p99: amount,
  errors: count,
  /** 99th percentile of the generator's lag, in microseconds; absent when it is not known. */
  generatorLagP99: amount.optional(),
});

/** One of several targets that shared the load. */
const targetShareSchema = z.looseObject({
  /** Its name, or URL. */
  target: z.string(),
  /** Share of all requests sent to any target, or dropped, 0 to 1. */
  share: z.number().min(0).max(1),
  /** As those of the whole trial, which also include arrivals for which no target was chosen. */
  requests: z.looseObject({
    sent: count,
    completed: count,
    timedOut: count,
    errors: count,
    corrupted: count,
    dropped: count,
  }),
  latencyMicros: z.looseObject({ response: latencySchema, service: latencySchema.optional() }),
});

export const reasonSchema = z.looseObject({ code: z.string(), message: z.string() });

/** A trial as it was measured, before it is judged. */
const measuredTrialSchema = z.looseObject({
  model: z.string().nullable(),
  /** The target's name: a model, a command or an address, or several. */
  target: z.string(),
  /** How the server divided connections over its own servers; absent when it does not. */
  balance: z.string().optional(),
  /** How clients chose between several targets, and each one's part of the load; absent when there is one target. */
  select: z.string().optional(),
  targets: z.array(targetShareSchema).optional(),
  /** The part of each agent that made the load; absent when this machine did. */
  agents: z.array(agentLoadSchema).optional(),
  ...pointShape,
  /** Mean bytes of a message, rounded. */
  size: count,
  /** Counted from 1. */
  round: count,
  measuredSeconds: amount,
  opening: openingSchema,
  requests: requestsSchema,
  /** The first bad replies, as text: visible characters, and escapes as in C. Absent when there were none. */
  examples: examplesSchema.optional(),
  /** HTTP only: replies by status code, including those that count as errors. */
  statuses: z.record(z.string(), count).optional(),
  throughput: z.looseObject({ requestsPerSecond: amount, bytesPerSecond: amount }),
  latencyMicros: latenciesSchema,
  /** UDP only: RFC 3550's interarrival jitter, mean of all sockets that received. */
  jitterMicros: amount.optional(),
  fairness: z.looseObject({
    /**
     * Jain's index over the requests completed on each connection: 1 when all completed the same number, 1/n when one
     * completed all. Null when the number of connections changes in stages: some have more time than others.
     */
    jain: z.number().min(0).max(1).nullable(),
    /** Connections that completed nothing while measured; in stages, of those that were in use for a while. */
    starvedConnections: count,
  }),
  server: serverSchema.nullable(),
  /** Processes of a foreign server that have ended in an unknown way; absent when there are none. */
  lostProcesses: z.array(z.string()).optional(),
  generator: generatorSchema,
  /** Requests in flight or waiting for a connection: mean over the time measured. */
  meanInFlight: amount.optional(),
  arrivalCheck: arrivalCheckSchema.nullable().optional(),
  /** Requests completed in each tenth of a second or so, which show how steady the load was. */
  slices: z.array(sliceSchema).optional(),
  datagrams: datagramsSchema.optional(),
  /** Chats only. */
  broadcast: broadcastSchema.optional(),
  /** Source of the arrival times of replies. */
  timestamps: z.enum(['kernel', 'user']).optional(),
  /** Remarks on how it was measured, such as that kernel timestamps were not available. */
  notes: z.array(reasonSchema).optional(),
  /** Absent in results of versions that did not read it; null where the kernel shows none. */
  kernel: kernelSchema.nullable().optional(),
  timeline: z.array(timelinePointSchema).optional(),
  /** What another load generator measured of the same server, or why it did not; absent when none was requested. */
  secondOpinion: secondOpinionSchema.optional(),
  secondOpinionFailure: secondOpinionFailureSchema.optional(),
});

export const trialSchema = measuredTrialSchema.extend({
  validity: z.looseObject({ verdict: z.enum(['valid', 'suspect', 'invalid']), reasons: z.array(reasonSchema) }),
});

export type MeasuredTrial = z.infer<typeof measuredTrialSchema>;
/** A trial, judged. */
export interface Trial extends z.infer<typeof trialSchema> {}
export type LatencySummary = z.infer<typeof latencySchema>;
export type TargetShare = z.infer<typeof targetShareSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type ServerUsage = z.infer<typeof serverSchema>;
export type GeneratorUsage = z.infer<typeof generatorSchema>;
export type KernelUsage = z.infer<typeof kernelSchema>;
export type Slice = z.infer<typeof sliceSchema>;
export type TimelinePoint = z.infer<typeof timelinePointSchema>;
