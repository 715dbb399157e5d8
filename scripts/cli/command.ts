import type * as z from 'zod';
import type { FlagSchema, Flags } from './flags.ts';
import type { LayerRules } from './layer.ts';

/** A command of the program: its help, its flags and its action. */
export interface Command<S extends FlagSchema> {
  readonly name: string;
  readonly describe: string;
  /** Reads the flags, and describes them for `--help`. */
  readonly schema: S;
  /** The positional argument; with `several`, any number of them. */
  readonly positional?: {
    readonly name: string;
    readonly describe: string;
    readonly default?: string;
    readonly several?: true;
  };
  /** How values of several sources are merged. */
  readonly rules?: LayerRules;
  /** Example command lines with their descriptions, for `--help`. */
  readonly examples: readonly (readonly [command: string, description: string])[];
  /**
   * Checks what the schema does not, reports all faults together, and does the work of the command.
   * @param args the positional arguments.
   * @returns the exit code.
   * @throws {ConfigurationError} with every fault, before anything is started.
   */
  run(flags: Flags<z.output<S>>, ...args: readonly string[]): Promise<number>;
}

/** Where the flags of a command come from: the command line, and what else configures it. */
export interface FlagSource {
  /** Flags about the source itself, which commands do not read. */
  readonly flags: FlagSchema['shape'];
  /** Reads the flags of a command. Returns undefined when there is nothing to run. */
  read<S extends FlagSchema>(
    command: Command<S>,
    argv: Readonly<Record<string, unknown>>,
  ): Promise<Flags<z.output<S>> | undefined>;
}
