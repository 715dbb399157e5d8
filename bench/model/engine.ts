/** The load generators of `run`: that of this program alone, or also another one, which measures the same server. */
export const engineNames = ['sockbench', 'autocannon'] as const;

/** A load generator that gives a second opinion. */
export type SecondEngine = Exclude<(typeof engineNames)[number], 'sockbench'>;
