import * as z from 'zod';
import { transportNames } from '../../servers/transport.ts';
import { amount, count } from './trial.ts';

/** How targets scale, as it is saved. Objects are loose: fields that a later version adds survive. */

/** Bounds of a 95 % interval; null where a side can't be told. */
const intervalShape = { low: z.number().nullable(), high: z.number().nullable() };

const coefficientSchema = z.looseObject({ value: amount, ...intervalShape });

/** The Universal Scalability Law, or why none is stated; see docs/verdicts.md. */
const lawSchema = z.discriminatedUnion('fitted', [
  z.looseObject({
    fitted: z.literal(true),
    gamma: coefficientSchema,
    sigma: coefficientSchema,
    kappa: coefficientSchema,
    /** Connections at which throughput is highest; null when that is beyond those that were tested. */
    peakConnections: amount.nullable(),
    relativeRmse: amount,
  }),
  z.looseObject({ fitted: z.literal(false), reasons: z.array(z.string()) }),
]);

/** What a server does when it is asked for too much, in order of weight. */
export const signKinds = ['failure', 'refused', 'starvation', 'errors', 'latency'] as const;

export const scalingSchema = z.looseObject({
  transport: z.enum(transportNames),
  work: z.string().nullable(),
  cpus: count.optional(),
  /** Of throughput. */
  unit: z.enum(['perSecond', 'bytesPerSecond']),
  targets: z.array(
    z.looseObject({
      target: z.string(),
      /** Medians over rounds, by number of connections, ascending. */
      curve: z.array(z.looseObject({ connections: count, throughput: amount, generatorLimited: z.boolean() })),
      /** The fewest connections with 95 % of the best throughput; null when nothing was measured. */
      kneeConnections: count.nullable(),
      law: lawSchema,
      /** By how much memory grows with each connection; null where that is not known. */
      memoryPerConnection: z.looseObject({ bytes: z.number(), ...intervalShape }).nullable(),
      /** Each sign of too much, and the fewest connections that showed it; the first one first. */
      signs: z.array(z.looseObject({ kind: z.enum(signKinds), connections: count })),
    }),
  ),
  /** Whom nobody is ahead of, from so many to so many connections; none before there are enough rounds. */
  leaders: z.array(
    z.looseObject({
      from: count,
      to: count,
      targets: z.array(z.string()),
      /** Among each other. */
      relation: z.enum(['alone', 'equivalent', 'unresolved']),
    }),
  ),
});

/** How many times the best throughput of a target is that on the fewest CPUs. */
export const cpuGainSchema = z.looseObject({
  transport: z.enum(transportNames),
  work: z.string().nullable(),
  target: z.string(),
  fromCpus: count,
  toCpus: count,
  times: amount,
  ...intervalShape,
});

export type Scaling = z.infer<typeof scalingSchema>;
export type TargetScaling = Scaling['targets'][number];
export type Leaders = Scaling['leaders'][number];
export type Sign = TargetScaling['signs'][number];
export type CpuGain = z.infer<typeof cpuGainSchema>;
