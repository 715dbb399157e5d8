/** What `sockbench/config` exports: the types of a configuration file, for editors. Importing it loads nothing else. */
import type { ConfiguredCommand, ConfiguredSchema } from './commands/configured.ts';
import type { OptionsOf } from './options/options.ts';

/** The options of a command: its flags, in camel case. */
export type CommandOptions<C extends ConfiguredCommand> = OptionsOf<ConfiguredSchema<C>>;

/** Options of all commands: each applies to the commands that have it. */
type SharedOptions = {
  readonly [Name in NameOfAny<ConfiguredCommand>]?: ValueOfAny<ConfiguredCommand, Name>;
};
type NameOfAny<C extends ConfiguredCommand> = C extends ConfiguredCommand ? keyof CommandOptions<C> : never;
type ValueOfAny<C extends ConfiguredCommand, Name extends PropertyKey> = C extends ConfiguredCommand
  ? CommandOptions<C> extends { readonly [N in Name]?: infer V }
    ? V
    : never
  : never;

/** A named set of options of one command, for `--scenario`. */
export type Scenario = { [C in ConfiguredCommand]: { readonly command: C } & CommandOptions<C> }[ConfiguredCommand];

/** A configuration file. Flags and `SOCKBENCH_*` variables override it: docs/configuration.md. */
export type Config = SharedOptions & {
  readonly [C in ConfiguredCommand]?: CommandOptions<C>;
} & {
  readonly $schema?: string;
  /** Named sets of options: `sockbench run --scenario checkout`. */
  readonly scenarios?: Readonly<Record<string, Scenario>>;
};

/** Returns the configuration as it is; with it, editors check and complete `sockbench.config.ts`. */
export function defineConfig(config: Config): Config {
  return config;
}
