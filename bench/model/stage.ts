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
