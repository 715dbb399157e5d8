import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import type { EventObserver } from '../../bench/run/event-observer.ts';
import type { Saved } from '../../reports/files/saved.ts';
import type { ResultSink } from '../../reports/files/sink.ts';
import { type Format, render } from '../../reports/renderers/formats.ts';
import type { RenderOptions } from '../../reports/renderers/renderer.ts';
import { ending } from '../cli/faults.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { log, mayColor, mustDrawAscii, print, reportWidth } from '../cli/output.ts';
import type { Output } from '../flags/output.ts';
import type { Watchers } from '../live/watchers.ts';
import { exitCode } from './exit-code.ts';
import type { Measurement, MeasurementObserver } from './measurement.ts';
import { ProgressDisplay } from './progress.ts';

/**
 * Runs a configuration, saves the results after every trial, and prints them.
 * @returns the exit code.
 * @throws {ConfigurationError} when results can't be saved where they should go.
 */
export async function measure(configuration: RunConfiguration, output: Output): Promise<number> {
  const { run } = await import('../../bench/run/runner.ts');
  const { seed } = configuration;
  return record({ seed, run: (observer, signal) => run(configuration, observer, signal) }, output);
}

/**
 * Runs a measurement, saves its results after each change, and prints them. On SIGINT and SIGTERM it saves and
 * prints the results so far.
 * @returns the exit code.
 * @throws {ConfigurationError} when results can't be saved where they should go.
 */
export async function record<R extends Saved>(measurement: Measurement<R>, output: Output): Promise<number> {
  await prepareReports(output);
  const { ResultSink } = await import('../../reports/files/sink.ts');
  const watching = await watch(output);
  let result: R | undefined;
  try {
    const sink = orMisconfigured(() => new ResultSink(output.directory, new Date()), '--out-dir');
    log(`seed ${measurement.seed}; results go to ${sink.directory}`);
    result = await measured(measurement, output, sink, watching);
    await deliver(result, measurement, output, sink);
    const code = exitCode(result);
    watching?.events.ended(result, { exitCode: code, file: sink.file });
    return code;
  } catch (error) {
    const { lines, exitCode } = ending(error);
    watching?.events.ended(undefined, { exitCode, file: null, error: lines.join('\n') });
    throw error;
  } finally {
    await watching?.watchers.close(result);
  }
}

/** What watches a measurement, and the observer that reports events to it. */
interface Watching {
  readonly watchers: Watchers;
  readonly events: EventObserver;
}

/**
 * Opens what the flags request to watch with; undefined when that is nothing.
 * @throws {ConfigurationError} when a file or a port is not available.
 */
async function watch(output: Output): Promise<Watching | undefined> {
  if (output.live === undefined && output.stream === undefined) return undefined;
  const [{ Watchers }, { EventObserver }] = await Promise.all([
    import('../live/watchers.ts'),
    import('../../bench/run/event-observer.ts'),
  ]);
  const watchers = await Watchers.open(output).catch((error: unknown) =>
    orMisconfigured(
      () => {
        throw error;
      },
      output.live === undefined ? '--stream' : '--live',
    ),
  );
  return {
    watchers,
    events: new EventObserver(
      (event) => watchers.event(event),
      () => performance.now(),
    ),
  };
}

/** Measures, saves after each change, and shows the progress. */
async function measured<R extends Saved>(
  measurement: Measurement<R>,
  output: Output,
  sink: ResultSink,
  watching: Watching | undefined,
): Promise<R> {
  const display = new ProgressDisplay(process.stderr, output.quiet || watching?.watchers.hasTerminal === true);
  const observers = [display, ...(watching ? [watching.events] : [])];
  const observer: MeasurementObserver<R> = {
    started: (result) => watching?.events.started(result),
    progress(progress) {
      for (const each of observers) each.progress(progress);
    },
    sampled: (sample) => watching?.events.sampled(sample),
    doing(what) {
      for (const each of observers) each.doing(what);
    },
    saved(result) {
      // A full disk must not end the measurement: its results can still be printed, and the next save may succeed.
      attempted(() => sink.append(result));
      for (const each of observers) each.saved(result);
    },
  };
  return untilInterrupted((signal) => measurement.run(observer, signal)).finally(() => {
    display.finish();
    watching?.watchers.leave();
  });
}

/**
 * Saves a result, prints it, and writes the other reports.
 * @throws {ConfigurationError} when something can't be written; the rest is.
 */
async function deliver<R extends Saved>(
  result: R,
  measurement: Measurement<R>,
  { reports, stream, noColor, ascii }: Output,
  sink: ResultSink,
): Promise<void> {
  const { writeReport } = await import('../../reports/files/sink.ts');
  const save = attempted(() => sink.save(result));
  await measurement.keep?.(result);
  const isTaken = stream === '-' || reports.some(({ file }) => file === '-');
  if (!isTaken) await show('terminal', result, { noColor, ascii });
  for (const { flag, format, file } of reports) {
    const document = await render(format, result, { color: false, width: 100, ascii: mustDrawAscii(ascii) });
    if (file === '-') print(document);
    else orMisconfigured(() => writeReport(file, document), flag);
  }
  orMisconfigured(save, '--out-dir');
  log(`results saved in ${sink.file}`);
}

/**
 * Checks, before anything is built or measured, that the reports can be written.
 * @throws {ConfigurationError} when they can't.
 */
export async function prepareReports({ reports, stream }: Output): Promise<void> {
  const { prepareReport } = await import('../../reports/files/sink.ts');
  const files = [...reports, ...(stream === undefined ? [] : [{ file: stream, flag: '--stream' }])];
  for (const { flag, file } of files) {
    if (file !== '-') orMisconfigured(() => prepareReport(file), flag);
  }
}

/** How reports on stdout look, as flags request it. */
export type Look = Pick<Output, 'noColor' | 'ascii'>;

/** Returns the options of reports on stdout. */
export function screenOptions({ noColor, ascii }: Look): RenderOptions {
  return { color: mayColor(process.stdout, noColor), width: reportWidth(), ascii: mustDrawAscii(ascii) };
}

/** Prints a saved result on stdout. */
export async function show(format: Format, result: Saved, look: Look): Promise<void> {
  print(await render(format, result, screenOptions(look)));
}

/** Runs `work` now and catches its error. @returns a function that throws that error, if there was one. */
function attempted(work: () => void): () => void {
  try {
    work();
    return () => {};
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Runs `write`. @throws {ConfigurationError} in place of a file system error. */
export function orMisconfigured<T>(write: () => T, what: string): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new ConfigurationError([`${what}: can't be written: ${error.message}`], { cause: error });
  }
}
