import type { ConfiguredCommand } from '../commands/configured.ts';
import type { CommandOptions } from '../define-config.ts';
import type { OptionName } from '../options/options.ts';

/** The commands that measure. */
export type MeasuringName = Exclude<ConfiguredCommand, 'serve'>;

/** Flags for a terminal or a browser, which code does not have. */
export const SCREEN_FLAGS = ['live', 'stream', 'open', 'quiet', 'no-color'] as const;

type WithoutScreen<C extends ConfiguredCommand> = Omit<CommandOptions<C>, OptionName<(typeof SCREEN_FLAGS)[number]>>;

/** The options of `sockbench bench`, as in a configuration file. Results are saved only with `outDir`, `out` or `json`. */
export interface BenchOptions extends WithoutScreen<'bench'> {}
/** The options of `sockbench run`. */
export interface RunOptions extends WithoutScreen<'run'> {}
/** The options of `sockbench scale`. */
export interface ScaleOptions extends WithoutScreen<'scale'> {}
/** The options of `sockbench capacity`. */
export interface CapacityOptions extends WithoutScreen<'capacity'> {}
/** The options of `sockbench check`. */
export interface CheckOptions extends WithoutScreen<'check'> {}
/** The options of `sockbench serve`. */
export interface ServeOptions extends CommandOptions<'serve'> {}
