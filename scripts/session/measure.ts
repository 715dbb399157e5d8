import { dirname } from 'node:path';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import type { Saved } from '../../reports/files/saved.ts';
import type { ResultSink } from '../../reports/files/sink.ts';
import { type Format, render } from '../../reports/renderers/formats.ts';
import type { RenderOptions } from '../../reports/renderers/renderer.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { log, mayColor, mustDrawAscii, print, reportWidth } from '../cli/output.ts';
import { DEFAULT_DIRECTORY, type Output, type Report } from '../flags/output.ts';
import { exitCode } from './exit-code.ts';
import type { Measurement, MeasurementObserver } from './measurement.ts';
import { orMisconfigured } from './or-misconfigured.ts';
import { ProgressDisplay } from './progress.ts';
import type { Watching } from './watching.ts';

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
  try {
    const sink = orMisconfigured(() => new ResultSink(output.directory, new Date()), '--out-dir');
    log(`seed ${measurement.seed}; results go to ${sink.directory}`);
    const result = await measured(measurement, output, sink, watching);
    await deliver(result, measurement, output, sink);
    const code = exitCode(result);
    await watching?.ended(result, code, sink.file);
    return code;
  } catch (error) {
    await watching?.failed(error);
    throw error;
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
      // A full disk must not end the measurement: its results can still be printed, and the next save may succeed.
      attempted(() => sink.append(result));
      for (const each of observers) each.saved(result);
    },
  };
  return untilInterrupted((signal) => measurement.run(observer, signal)).finally(() => {
    display.finish();
    watching?.leave();
  });
}

/**
 * Saves a result, prints it, and writes the other reports.
 * @throws {ConfigurationError} when something can't be written; the rest is.
 */
async function deliver<R extends Saved>(
  result: R,
  measurement: Measurement<R>,
  output: Output,
  sink: ResultSink,
): Promise<void> {
  const save = attempted(() => sink.save(result));
  await measurement.keep?.(result);
  const isTaken = output.stream === '-' || output.reports.some(({ file }) => file === '-');
  if (!isTaken) await show('terminal', result, output);
  await writeReports(output.reports, (format) => render(format, result, fileOptions(output)));
  orMisconfigured(save, '--out-dir');
  log(`results saved in ${sink.file}`);
  await showPage(result, sink.file, output);
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

/** How reports look, as flags request it. */
type Look = Pick<Output, 'noColor' | 'ascii'>;

/** Returns the options of reports on stdout. */
export function screenOptions({ noColor, ascii }: Look): RenderOptions {
  return { color: mayColor(process.stdout, noColor), width: reportWidth(), ascii: mustDrawAscii(ascii) };
}

/** Returns the options of reports in files. */
export function fileOptions({ ascii }: Pick<Look, 'ascii'>): RenderOptions {
  return { color: false, width: 100, ascii: mustDrawAscii(ascii) };
}

/**
 * Writes reports to the files that the user names, or prints them.
 * @param document returns the document in a format.
 * @throws {ConfigurationError} when one can't be written.
 */
export async function writeReports(
  reports: readonly Report[],
  document: (format: Format) => Promise<string>,
): Promise<void> {
  const { writeReport } = await import('../../reports/files/sink.ts');
  for (const { flag, format, file } of reports) {
    const text = await document(format);
    if (file === '-') print(text);
    else orMisconfigured(() => writeReport(file, text), flag);
  }
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

/** Prints a saved result on stdout. */
async function show(format: Format, result: Saved, look: Look): Promise<void> {
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
