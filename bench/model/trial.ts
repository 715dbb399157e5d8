import * as z from 'zod';
import { transportNames } from '../../servers/transport.ts';

/** What a trial measured, as it is saved. Objects are loose: fields that a later version adds survive. */

export const count = z.number().int().nonnegative();
export const amount = z.number().nonnegative();

export const sizeRangeSchema = z.looseObject({ from: count, to: count, share: amount });

/** Where a load's level goes, and in what time. */
export const stageSchema = z.looseObject({ seconds: amount, target: amount });

/** Why requests were due and never sent; see DropCause in bench/load/counts.ts. */
const dropsSchema = z.looseObject({
  /** They waited for a free connection for as long as --timeout, or there were too many that waited. */
  noConnection: count,
  /** Their target let nobody in. */
  refused: count,
  /** UDP: the generator's own send buffer, or its network device, was full. */
  sendBuffer: count,
  /** No local port was left to connect from. */
  noPort: count,
  /** Their connection ended first, or the generator's kernel refused them for another reason. */
  unsent: count,
});

const requestsSchema = z.looseObject({
  /** Outstanding when measuring began, or handed to the kernel while measuring. sent = completed + timedOut + errors + corrupted. */
  sent: count,
  /** Answered in full and as expected, while measuring or in the drain after it. */
  completed: count,
  /** Not answered in time; over UDP also those lost. */
  timedOut: count,
  /** Ended by a reset or an early close, or their own connection failed. */
  errors: count,
  /** Answered with other bytes than expected. */
  corrupted: count,
  /** Due and never sent: not among those sent, and without a response time. */
  dropped: count,
  /** Of those, how many for which reason; missing in results of versions that did not tell. */
  drops: dropsSchema.optional(),
  /** UDP only: replies that came after their time-out, more than once, or after a later one. */
  lost: count.optional(),
  late: count.optional(),
  duplicated: count.optional(),
  reordered: count.optional(),
});

const latencySchema = z.looseObject({
  p50: amount,
  p90: amount,
  p95: amount,
  p99: amount,
  p999: amount,
  max: amount,
  mean: amount,
  count,
  /** HdrHistogram V2 encoding, deflated, base64; values in nanoseconds. */
  hdr: z.string(),
});

/** Three latencies, and what they are made of: response = waiting for a connection + generator lag + service. */
const latenciesSchema = z.looseObject({
  /** From when a request was due until its reply was handled. */
  response: latencySchema,
  /** From when it was sent until the kernel received its reply: kernel timestamps only. */
  service: latencySchema.optional(),
  /** What the generator added: late sending and late reading. Kernel timestamps only. */
  generatorLag: latencySchema.optional(),
  /** How late requests were sent, of the time they were due and could have been sent. Open loop only. */
  scheduleLag: latencySchema.optional(),
  /** From connect(2) until the connection stood. Only with a connection for each request. */
  connect: latencySchema.optional(),
});

/** What became of datagrams, as far as kernels tell. */
const datagramsSchema = z.looseObject({
  /** Replies that the generator's own sockets had no room for. */
  droppedByGenerator: count,
  /** Requests that the server's sockets had no room for; null where they can't be seen. */
  droppedByServer: count.nullable(),
});

/** What became of the lines of a chat, each of which all others are to hear. */
const broadcastSchema = z.looseObject({
  /** Deliveries that were to be: for each line as many as there were others in the room. */
  expected: count,
  /** Those that were, in time, the first of each. */
  delivered: count,
  /** Expected and not delivered. */
  lost: count,
  /** Lines heard again, or by who had said them. */
  duplicated: count,
  /** Lines heard after a later one of the same speaker. */
  reordered: count,
  /** Lines heard when they had been given up. */
  late: count,
  /** Lines heard that nobody had said. */
  corrupted: count,
  /** Share of what was expected that was delivered. */
  reach: z.number().min(0).max(1),
  /** Those until the end of the drain, over the time measured. */
  deliveriesPerSecond: amount,
});

/** A short piece of the time measured: when it ended, in seconds since measuring began, and what was completed in it. */
const sliceSchema = z.looseObject({ second: amount, completed: count });

/** How requests came, held against how they were to come: open loop only. */
const arrivalCheckSchema = z.looseObject({
  /** Distances between requests that were looked at. */
  gaps: count,
  /** Kolmogorov-Smirnov distance of their distribution from the one wanted, 0 to 1. */
  distance: amount,
});

const openingSchema = z.looseObject({
  /** From the first connect until the last connection's first reply, or until opening was given up. */
  seconds: amount,
  /** Connections that were established (TCP) or could send (UDP). */
  opened: count,
  /** Connections that got their first reply before opening was given up. */
  answered: count,
});

const serverSchema = z.looseObject({
  cpuSeconds: amount,
  /** Null when no request completed while it was measured. */
  cpuMicrosPerRequest: amount.nullable(),
  /** Sum over the process tree of each process's peak resident set; shared pages count once a process. */
  peakRssBytes: amount,
  /** Largest proportional set size seen of the whole tree: shared pages count once. */
  peakPssBytes: amount,
  /**
   * Proportional set size with every connection open, answered once and idle, less that before the first, divided by
   * connections. Below zero when the server gave back more than it took. Missing where connections are not all
   * answered, do not stay open or are never idle.
   */
  memoryBytesPerConnection: z.number().optional(),
  threads: count,
  processes: count,
  contextSwitches: count,
});

const generatorSchema = z.looseObject({
  cpuSeconds: amount,
  cpuMicrosPerRequest: amount.nullable(),
  threads: count,
  /** Share of its time that the busiest generator thread was on a CPU, 0 to 1. */
  utilization: amount,
  /** Was that above 90 %? Then the server could perhaps do more. */
  saturated: z.boolean(),
});

const kernelSchema = z.looseObject({
  /** Of the whole machine, from the opening of connections until measuring ended: other programs' share is in it. */
  listenOverflows: count,
  listenDrops: count,
  retransmittedSegments: count,
  resetsSent: count,
  udpReceiveBufferErrors: count,
  udpSendBufferErrors: count,
  /** Share of all CPU time that the hypervisor gave to others. */
  stealShare: amount,
});

/** One interval of the time measured: a second, or what was left of it at the end. */
const timelinePointSchema = z.looseObject({
  /** When the interval ended, in seconds since measuring began. */
  second: amount,
  requestsPerSecond: amount,
  /** Missing in results of versions that did not count bytes. */
  bytesPerSecond: amount.optional(),
  /** Response times in microseconds; 0 when nothing was answered. */
  p50: amount,
  p99: amount,
  errors: count,
  /** 99th percentile of the generator's lag, in microseconds; missing where it is not known. */
  generatorLagP99: amount.optional(),
});

/** One of several targets that shared the load. */
const targetShareSchema = z.looseObject({
  /** Its name, or URL. */
  target: z.string(),
  /** Of the requests that were sent to any of them, or dropped, 0 to 1. */
  share: z.number().min(0).max(1),
  /** As those of the whole trial. Arrivals that nobody chose a target for are only there. */
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
  /** What was measured, as the user names it: a model, a command or an address. */
  target: z.string(),
  app: z.string(),
  /** How the server divided connections over servers of its own; missing when it does not. */
  balance: z.string().optional(),
  /** How clients chose between several targets, and what came of it; missing where there is one. */
  select: z.string().optional(),
  targets: z.array(targetShareSchema).optional(),
  transport: z.enum(transportNames),
  workload: z.string(),
  connections: count,
  /** CPUs that the server was given; missing when that was not varied. */
  cpus: count.optional(),
  /** `pooled` or `per-request`; missing in results of versions that knew only pooled ones. */
  connection: z.string().optional(),
  /** Requests offered a second; in stages, the mean of what was offered. Null in a closed loop. */
  rate: z.number().nullable(),
  /** `constant` or `poisson`; null in a closed loop. */
  arrivals: z.string().nullable().optional(),
  stages: z.array(stageSchema).optional(),
  /** Mean bytes of a message, rounded. */
  size: count,
  /** All sizes, when there are several. */
  sizes: z.array(sizeRangeSchema).optional(),
  pipelining: count,
  /** Were WebSocket messages compressed? */
  deflate: z.boolean().optional(),
  /** What requests cost the server, as --work takes it; null: nothing. */
  work: z.string().nullable(),
  /** Share of requests that cost nothing; missing without work. */
  cacheHit: amount.optional(),
  /** Counted from 1. */
  round: count,
  measuredSeconds: amount,
  opening: openingSchema,
  requests: requestsSchema,
  /** HTTP only: replies by status code, also of those that count as errors. */
  statuses: z.record(z.string(), count).optional(),
  throughput: z.looseObject({ requestsPerSecond: amount, bytesPerSecond: amount }),
  latencyMicros: latenciesSchema,
  /** UDP only: RFC 3550's interarrival jitter, mean of all sockets that received. */
  jitterMicros: amount.optional(),
  fairness: z.looseObject({
    /**
     * Jain's index over requests completed a connection: 1 when all got the same, 1/n when one got all. Null where
     * the number of connections goes in stages: some have more time than others.
     */
    jain: z.number().min(0).max(1).nullable(),
    /** Connections that completed nothing while measured; in stages, of those that were in use for a while. */
    starvedConnections: count,
  }),
  server: serverSchema.nullable(),
  /** Processes of a foreign server that are gone, and it is not known how they ended; missing where there is none. */
  lostProcesses: z.array(z.string()).optional(),
  generator: generatorSchema,
  /** Requests in flight or waiting for a connection: mean over the time measured. */
  meanInFlight: amount.optional(),
  arrivalCheck: arrivalCheckSchema.nullable().optional(),
  /** Requests completed in each tenth of a second or so: how steady the load was. */
  slices: z.array(sliceSchema).optional(),
  datagrams: datagramsSchema.optional(),
  /** Of chats only. */
  broadcast: broadcastSchema.optional(),
  /** Who told when replies came. */
  timestamps: z.enum(['kernel', 'user']).optional(),
  /** Remarks on how it was measured, such as kernel timestamps that were not to be had. */
  notes: z.array(reasonSchema).optional(),
  /** Missing in results of versions that did not read it; null where the kernel shows none. */
  kernel: kernelSchema.nullable().optional(),
  timeline: z.array(timelinePointSchema).optional(),
});

export const trialSchema = measuredTrialSchema.extend({
  validity: z.looseObject({ verdict: z.enum(['valid', 'suspect', 'invalid']), reasons: z.array(reasonSchema) }),
});

export type MeasuredTrial = z.infer<typeof measuredTrialSchema>;
export type Trial = z.infer<typeof trialSchema>;
export type LatencySummary = z.infer<typeof latencySchema>;
export type TargetShare = z.infer<typeof targetShareSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type ServerUsage = z.infer<typeof serverSchema>;
export type GeneratorUsage = z.infer<typeof generatorSchema>;
export type KernelUsage = z.infer<typeof kernelSchema>;
export type Slice = z.infer<typeof sliceSchema>;
export type TimelinePoint = z.infer<typeof timelinePointSchema>;
