import { randomBytes } from 'node:crypto';
import * as z from 'zod';

/** An agent: 64 random bits, new at each start. It is a part of subjects. */
export const agentIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

/** A run: 128 random bits, so that no other publisher can guess where its reports go. */
export const runIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Identifies a trial: its run, and its number in it. */
export const trialKeyShape = { run: runIdSchema, trial: z.number().int().positive() };

export interface TrialKey {
  readonly run: string;
  readonly trial: number;
}

/** Returns a new name for an agent. */
export function newAgentId(): string {
  return randomBytes(8).toString('hex');
}

/** Returns a new name for a run. */
export function newRunId(): string {
  return randomBytes(16).toString('hex');
}

/** Reports whether two keys identify the same trial. */
export function isSameTrial(a: TrialKey, b: TrialKey): boolean {
  return a.run === b.run && a.trial === b.trial;
}
