import { ConfigurationError } from '../../bench/model/errors.ts';
import type { MeasurementEvent } from '../../bench/model/event.ts';
import { EventObserver } from '../../bench/run/event-observer.ts';
import type { Saved } from '../../reports/files/saved.ts';
import type { FlagSchema } from '../cli/flags.ts';
import { configuredCommands } from '../commands/configured.ts';
import { append, deliver, openSink, prepareReports } from '../session/delivery.ts';
import { exitCode } from '../session/exit-code.ts';
import type { PlannedMeasurement } from '../session/measurement.ts';
import type { MeasuringCommand } from '../session/measuring-command.ts';
import type { MeasuringName } from './options.ts';
import { inTermsOfOptions, readOptions } from './read-options.ts';

/**
 * Measures as a command does, and saves results only where options name a place.
 * @param signal ends the measurement early: what was measured is still saved.
 * @throws the signal's reason, then.
 * @throws {ConfigurationError} with every fault of the options.
 */
export async function measured<R extends Saved>(
  name: MeasuringName,
  options: object,
  signal: AbortSignal,
  emit: (event: MeasurementEvent) => void,
): Promise<R> {
  signal.throwIfAborted();
  // The types of options and results depend on the command; the functions of index.ts declare them.
  const command = (await configuredCommands[name]()) as unknown as MeasuringCommand<FlagSchema, R>;
  return inTermsOfOptions(command.schema, async () => {
    const flags = readOptions(command, options);
    const planned = await command.plan(flags);
    assertFiles(planned.output);
    const directory = flags.isGiven('out-dir') ? planned.output.directory : undefined;
    const result = await conducted(planned, directory, signal, emit);
    if (result.interrupted) signal.throwIfAborted();
    return result;
  });
}

async function conducted<R extends Saved>(
  { output, prepare }: PlannedMeasurement<R>,
  directory: string | undefined,
  signal: AbortSignal,
  emit: (event: MeasurementEvent) => void,
): Promise<R> {
  await prepareReports(output);
  const measurement = await prepare(signal, () => undefined);
  try {
    const sink = directory === undefined ? undefined : await openSink(directory);
    const events = new EventObserver(emit, () => performance.now());
    const observer = {
      started: (result: R) => events.started(result),
      progress: events.progress.bind(events),
      sampled: events.sampled.bind(events),
      doing: events.doing.bind(events),
      saved(result: R) {
        append(result, sink);
        events.saved(result);
      },
    };
    const result = await measurement.run(observer, signal);
    await deliver(result, measurement, output, sink);
    events.ended(result, { exitCode: exitCode(result), file: sink?.file ?? null });
    return result;
  } finally {
    await measurement.dispose?.();
  }
}

/** @throws {ConfigurationError} for reports on stdout. */
function assertFiles({ reports }: PlannedMeasurement<Saved>['output']): void {
  const printed = reports.filter(({ file }) => file === '-');
  if (printed.length === 0) return;
  throw new ConfigurationError(
    printed.map(({ flag }) => `${flag}: name a file: - is stdout, which belongs to your program`),
  );
}
