import * as z from 'zod';
import { capacitySchema } from './capacity.ts';
import { checkResultSchema } from './check-result.ts';
import { amount, count } from './numbers.ts';
import { pointShape } from './operating-point.ts';
import { resultSchema } from './result.ts';
import { reasonSchema, timelinePointSchema, trialSchema } from './trial.ts';

/**
 * Schema of the events of a measurement: what happens, in order, one record each. They contain all that the saved
 * result has, except for what is derived from all trials. Objects are loose: fields that a later version adds are kept.
 */
export const EVENTS_SCHEMA = 'sockbench/events/1';

/** Phases of a trial. */
export const phases = [
  'starting',
  'opening',
  'warming up',
  'measuring',
  'draining',
  'stopping',
  'second opinion',
] as const;

/** What all events have. */
const common = {
  /** Since the measurement started. */
  seconds: amount,
};

/** Events of one trial. */
const ofTrial = {
  ...common,
  /** The trial's number in the order of trials, from 1. */
  number: count,
};

const checkShape = checkResultSchema.shape;

const eventSchemas = [
  /** Always first. `result` has no trials yet. */
  z.looseObject({
    event: z.literal('started'),
    schema: z.literal(EVENTS_SCHEMA),
    ...common,
    result: z.union([resultSchema, checkResultSchema]),
  }),
  z.looseObject({
    event: z.literal('trial-started'),
    ...ofTrial,
    /** Number of trials in all; null when it is not known. */
    total: count.nullable(),
    target: z.string(),
    round: count,
    point: z.looseObject(pointShape),
  }),
  z.looseObject({ event: z.literal('phase'), ...ofTrial, phase: z.enum(phases) }),
  /** A second of a trial that was measured, or the rest at its end. */
  z.looseObject({
    event: z.literal('sample'),
    ...ofTrial,
    sample: timelinePointSchema.extend({ inFlight: amount }),
  }),
  z.looseObject({ event: z.literal('trial-ended'), ...ofTrial, trial: trialSchema }),
  z.looseObject({ event: z.literal('trial-failed'), ...ofTrial, failure: resultSchema.shape.failures.unwrap() }),
  /** `capacity`: what is known of each target. */
  z.looseObject({ event: z.literal('capacity'), ...common, capacity: z.array(capacitySchema) }),
  /** `check`: what it does now. */
  z.looseObject({ event: z.literal('step'), ...common, doing: z.string() }),
  /** `check`: how sessions are planned. */
  z.looseObject({ event: z.literal('pace'), ...common, pace: checkShape.pace }),
  z.looseObject({ event: z.literal('session'), ...common, session: checkShape.sessions.unwrap() }),
  /** `check`: the sessions and looks so far do not count. */
  z.looseObject({ event: z.literal('sessions-discarded'), ...common }),
  z.looseObject({ event: z.literal('look'), ...common, look: checkShape.looks.unwrap() }),
  z.looseObject({ event: z.literal('warning'), ...common, warning: reasonSchema }),
  /** Always last, unless the program was killed. */
  z.looseObject({
    event: z.literal('ended'),
    ...common,
    exitCode: count,
    /** Whether it was stopped before its plan was done. */
    interrupted: z.boolean(),
    /** The verdict in sentences; empty when it failed. */
    statements: z.array(z.string()),
    /** File of the saved result; null when there is none. */
    file: z.string().nullable(),
    /** Why the whole measurement failed; absent when it did not. */
    error: z.string().optional(),
  }),
] as const;

export const eventSchema = z.discriminatedUnion('event', eventSchemas);

export type MeasurementEvent = z.infer<typeof eventSchema>;
export type Phase = (typeof phases)[number];
