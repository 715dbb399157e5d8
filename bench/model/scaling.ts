import * as z from 'zod';
import { transportNames } from '../../servers/transport.ts';
import { amount, count } from './numbers.ts';

/** How targets scale, as it is saved. Objects are loose: fields that a later version adds are kept. */

/** Bounds of a 95 % interval; null for a side that cannot be determined. */
const intervalShape = { low: z.number().nullable(), high: z.number().nullable() };

const coefficientSchema = z.looseObject({ value: amount, ...intervalShape });

/** The Universal Scalability Law, or why none is stated; see docs/scaling.md. */
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

/** Signs that a server is overloaded, most severe first. */
export const signKinds = ['failure', 'refused', 'starvation', 'errors', 'latency'] as const;

export const scalingSchema = z.looseObject({
  transport: z.enum(transportNames),
  work: z.string().nullable(),
  cpus: count.optional(),
  /** Unit of throughput. */
  unit: z.enum(['perSecond', 'bytesPerSecond']),
  targets: z.array(
    z.looseObject({
      target: z.string(),
      /** Medians over rounds, by number of connections, ascending. */
      curve: z.array(z.looseObject({ connections: count, throughput: amount, generatorLimited: z.boolean() })),
      /** The fewest connections with 95 % of the best throughput; null when nothing was measured. */
      kneeConnections: count.nullable(),
      law: lawSchema,
      /** Memory that each further connection costs; null when it is not known. */
      memoryPerConnection: z.looseObject({ bytes: z.number(), ...intervalShape }).nullable(),
      /** Signs of overload, and the fewest connections that showed each, fewest first. */
      signs: z.array(z.looseObject({ kind: z.enum(signKinds), connections: count })),
    }),
  ),
  /** Targets that no other is ahead of, by range of connections; none before there are enough rounds. */
  leaders: z.array(
    z.looseObject({
      from: count,
      to: count,
      targets: z.array(z.string()),
      /** How the leaders compare with each other. */
      relation: z.enum(['alone', 'equivalent', 'unresolved']),
    }),
  ),
});

/** Ratio of a target's best throughput to that on the fewest CPUs. */
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
