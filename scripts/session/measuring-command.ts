import type * as z from 'zod';
import type { Saved } from '../../reports/files/saved.ts';
import type { Command } from '../cli/command.ts';
import type { FlagSchema, Flags } from '../cli/flags.ts';
import { record } from './measure.ts';
import type { PlannedMeasurement } from './measurement.ts';

/** A command that measures. The program and the library share the way from its flags to the measurement. */
export interface MeasuringCommand<S extends FlagSchema, R extends Saved> extends Command<S> {
  /**
   * Checks what the schema does not, and plans the measurement.
   * @throws {ConfigurationError} with every fault.
   */
  plan(flags: Flags<z.output<S>>): Promise<PlannedMeasurement<R>>;
}

/** Returns a command that plans a measurement, runs it, saves its results and prints them. */
export function measuringCommand<S extends FlagSchema, R extends Saved>(
  command: Omit<MeasuringCommand<S, R>, 'run'>,
): MeasuringCommand<S, R> {
  return { ...command, run: async (flags) => record(await command.plan(flags)) };
}
