import { toggle } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import type { Displacement } from '../cli/layer.ts';

/**
 * Flags for how long a command takes, in place of the flags that decide it one by one. What they imply is in the rules of
 * the command.
 * @param group heading of `--help`.
 * @param quick what `--quick` does, for `--help`.
 * @param thorough what `--thorough` does.
 */
export function effortFlags(group: string, quick: string, thorough: string) {
  return {
    quick: toggle().meta({ group, description: quick }),
    thorough: toggle().meta({ group, description: thorough }),
  };
}

export const effortDisplacements: readonly Displacement[] = [
  { given: ['quick'], displaced: ['thorough'] },
  { given: ['thorough'], displaced: ['quick'] },
];

/** Refuses both flags at once. */
export function assertOneEffort(flags: Flags<Values<ReturnType<typeof effortFlags>>>): void {
  if (flags.values.quick && flags.values.thorough) flags.refuse('--thorough: leave it out, or --quick');
}
