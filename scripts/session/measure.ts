import { dirname } from 'node:path';
import type { Saved } from '../../reports/files/saved.ts';
import type { ResultSink } from '../../reports/files/sink.ts';
import { render } from '../../reports/renderers/formats.ts';
import type { RenderOptions } from '../../reports/renderers/renderer.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { log, mayColor, mustDrawAscii, print, reportWidth } from '../cli/output.ts';
import { DEFAULT_DIRECTORY, type Output } from '../flags/output.ts';
import { append, deliver, fileOptions, openSink, prepareReports } from './delivery.ts';
import { exitCode } from './exit-code.ts';
import type { Measurement, MeasurementObserver, PlannedMeasurement } from './measurement.ts';
import { ProgressDisplay } from './progress.ts';
import type { Watching } from './watching.ts';

/** A measurement that has ended, and where its results are. */
interface Ended<R extends Saved> {
  readonly measurement: Measurement<R>;
  readonly result: R;
  readonly sink: ResultSink;
}

/** What is open while a session runs. */
interface Session {
  watching?: Watching | undefined;
}

/**
 * Runs a measurement, saves its results after each change, and prints them. On SIGINT and SIGTERM it saves and
 * prints the results so far.
 * @returns the exit code.
 * @throws {ConfigurationError} when results can't be saved where they should go.
 */
export async function record<R extends Saved>(planned: PlannedMeasurement<R>): Promise<number> {
  const { output } = planned;
  await prepareReports(output);
  const session: Session = {};
  try {
    const { measurement, result, sink } = await untilInterrupted((signal) => conducted(planned, session, signal));
    await deliver(result, measurement, output, sink, () => show(result, output));
    log(`results saved in ${sink.file}`);
    await showPage(result, sink.file, output);
    const code = exitCode(result);
    await session.watching?.ended(result, code, sink.file);
    return code;
  } catch (error) {
    await session.watching?.failed(error);
    throw error;
  }
}

/** Prepares a measurement, runs it, and removes what was prepared. */
async function conducted<R extends Saved>(
  { output, prepare }: PlannedMeasurement<R>,
  session: Session,
  signal: AbortSignal,
): Promise<Ended<R>> {
  const measurement = await prepare(signal, log);
  try {
    session.watching = await watch(output);
    const sink = await openSink(output.directory);
    log(`seed ${measurement.seed}; results go to ${sink.directory}`);
    const result = await measured(measurement, output, sink, session.watching, signal).catch((error: unknown) => {
      sink.removeIfEmpty();
      throw error;
    });
    return { measurement, result, sink };
  } finally {
    await measurement.dispose?.();
  }
}

/**
 * Opens what the flags request to watch with; undefined, with nothing loaded, when that is nothing.
 * @throws {ConfigurationError} when a file or a port is not available.
 */
async function watch(output: Output): Promise<Watching | undefined> {
  if (output.live === undefined && output.stream === undefined) return undefined;
  return (await import('./watching.ts')).openWatching(output);
}

/** Measures, saves after each change, and shows the progress. */
async function measured<R extends Saved>(
  measurement: Measurement<R>,
  output: Output,
  sink: ResultSink,
  watching: Watching | undefined,
  signal: AbortSignal,
): Promise<R> {
  const display = new ProgressDisplay(process.stderr, output.quiet || watching?.hasTerminal === true);
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
      append(result, sink);
      for (const each of observers) each.saved(result);
    },
  };
  return measurement.run(observer, signal).finally(() => {
    display.finish();
    watching?.leave();
  });
}

/** Prints a result, unless stdout is for something else. */
async function show(result: Saved, output: Output): Promise<void> {
  const isTaken = output.stream === '-' || output.reports.some(({ file }) => file === '-');
  if (!isTaken) print(await render('terminal', result, screenOptions(output)));
}

/** Returns the options of reports on stdout. */
export function screenOptions({ noColor, ascii }: Pick<Output, 'noColor' | 'ascii'>): RenderOptions {
  return { color: mayColor(process.stdout, noColor), width: reportWidth(), ascii: mustDrawAscii(ascii) };
}

/** With --open, shows the report as a page; otherwise prints how to get it. */
async function showPage(result: Saved, file: string, output: Output): Promise<void> {
  const { open, reports, directory } = output;
  if (!open) {
    const run = directory === DEFAULT_DIRECTORY ? '' : ` ${dirname(file)}`;
    log(`as a page: sockbench report${run} --open`);
    return;
  }
  const { openReport } = await import('./report-page.ts');
  await openReport(file, reports, () => render('html', result, fileOptions(output)));
}
