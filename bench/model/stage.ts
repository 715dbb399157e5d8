import * as z from 'zod';
import { amount } from './numbers.ts';
import { parseAmount, parseDuration } from './units.ts';

const stageSchema = z
  .looseObject({
    /** 0: the level jumps. */
    seconds: amount,
    /** Requests a second when there is a rate, otherwise connections in use. */
    target: amount,
  })
  .readonly();
export const stagesSchema = z.array(stageSchema).readonly();

/** A part of a load in which its level changes linearly to `target`. */
export type Stage = z.infer<typeof stageSchema>;

/** Returns the duration of all stages together, in milliseconds. */
export function stagesDurationMs(stages: readonly Stage[]): number {
  return stages.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
}

/** Parses `30s:1000,1m:10k`, or in seconds `30:1000`. @throws {RangeError} for the first part that is no stage. */
export function parseStages(text: string): Stage[] {
  return text.split(',').map((part) => parseStage(part.trim()));
}

function parseStage(text: string): Stage {
  const [duration = '', target = '', ...more] = text.split(':');
  if (more.length > 0) throw notAStage(text);
  const durationMs = millisecondsOf(duration);
  const level = parseAmount(target);
  if (durationMs !== undefined && level !== undefined) return { seconds: durationMs / 1000, target: level };
  if (parseAmount(duration) !== undefined && millisecondsOf(target) !== undefined) {
    throw new RangeError(`'${text}' has its duration last; did you mean ${target}:${duration}?`);
  }
  throw notAStage(text);
}

function notAStage(text: string): RangeError {
  return new RangeError(`'${text}' is not a stage: a duration and a target, such as 30s:1000 or 30:10k`);
}

function millisecondsOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}
