import type { Command } from '../cli/command.ts';
import type { FlagSchema } from '../cli/flags.ts';
import type { Schemas } from '../options/config-layers.ts';

/**
 * The commands whose flags a configuration file and the environment can set, each imported on demand: those that measure
 * servers, and the one that only starts a server.
 */
export const configuredCommands = {
  bench: async () => (await import('./bench.ts')).bench,
  run: async () => (await import('./run.ts')).run,
  scale: async () => (await import('./scale.ts')).scale,
  capacity: async () => (await import('./capacity.ts')).capacity,
  check: async () => (await import('./check.ts')).check,
  serve: async () => (await import('./serve.ts')).serve,
};

export type ConfiguredCommand = keyof typeof configuredCommands;

/** The schema of the flags of each of these commands. */
export type ConfiguredSchema<C extends ConfiguredCommand> =
  Awaited<ReturnType<(typeof configuredCommands)[C]>> extends Command<infer S extends FlagSchema> ? S : never;

/** Loads the schemas of all these commands. */
export async function configuredSchemas(): Promise<Schemas> {
  const loaded = Object.entries(configuredCommands).map(async ([name, load]) => [name, (await load()).schema] as const);
  return Object.fromEntries(await Promise.all(loaded));
}
