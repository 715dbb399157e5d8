import { parseDuration } from './units.ts';

/** A part of a load in which its level goes linearly from where it was to `target`. */
export interface Stage {
  /** 0 jumps. */
  readonly durationMs: number;
  /** Requests a second where there is a rate, else connections in use. */
  readonly target: number;
}

/** How long all stages take together, in milliseconds. */
export function stagesDurationMs(stages: readonly Stage[]): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** `30s:1000,10s:5000`. @throws {RangeError} for the first stage that is none. */
export function parseStages(text: string): Stage[] {
  return text.split(',').map((part) => parseStage(part.trim()));
}

function parseStage(text: string): Stage {
  const [duration = '', target = '', ...more] = text.split(':');
  if (more.length === 0 && isTarget(duration) && isDuration(target)) {
    throw new RangeError(`'${text}' has its duration last; did you mean ${target}:${duration}?`);
  }
  if (more.length > 0 || !isTarget(target) || !isDuration(duration)) {
    throw new RangeError(`'${text}' is not a stage: a duration and a target, such as 30s:1000`);
  }
  return { durationMs: parseDuration(duration), target: Number(target) };
}

function isTarget(text: string): boolean {
  return /^\d{1,12}(\.\d+)?$/.test(text);
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}
