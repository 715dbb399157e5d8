import { dirname } from 'node:path';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Saved } from '../../reports/files/saved.ts';
import { type Format, render, whyNotWithoutReplies } from '../../reports/renderers/formats.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { log, mayColor, print, reportWidth } from '../cli/output.ts';
import { DEFAULT_DIRECTORY, formatFaults, type Output, type Report } from '../flags/output.ts';
import { exitCode } from './exit-code.ts';
import type { Measurement } from './measurement.ts';
import { orMisconfigured } from './or-misconfigured.ts';
import { ProgressDisplay } from './progress.ts';

/**
 * Runs a configuration, saves the results after every trial, and prints them.
 * @returns the exit code.
 * @throws {ConfigurationError} when results can't be saved where they should go, or not in a format.
 */
export async function measure(configuration: RunConfiguration, output: Output): Promise<number> {
  const faults = isOneWay(configuration.workload) ? formatFaults(output, whyNotWithoutReplies) : [];
  if (faults.length > 0) throw new ConfigurationError(faults);
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
  const sink = orMisconfigured(() => new ResultSink(output.directory, new Date()), '--out-dir');
  log(`seed ${measurement.seed}; results go to ${sink.directory}`);
  const display = new ProgressDisplay(process.stderr, output.quiet);
  // A full disk must not end the measurement: its results can still be printed, and the next save may succeed.
  const observer = {
    progress: display.progress.bind(display),
    doing: display.doing.bind(display),
    saved(result: R) {
      attempted(() => sink.append(result));
      display.saved(result);
    },
  };
  const result = await untilInterrupted((signal) => measurement.run(observer, signal)).finally(() => display.finish());
  const save = attempted(() => sink.save(result));
  await measurement.keep?.(result);
  if (!output.reports.some(({ file }) => file === '-')) await show('terminal', result, output.noColor);
  await writeReports(output.reports, (format) => render(format, result, FILE_OPTIONS));
  orMisconfigured(save, '--out-dir');
  log(`results saved in ${sink.file}`);
  await showPage(result, sink.file, output);
  return exitCode(result);
}

/**
 * Checks, before anything is built or measured, that the reports can be written.
 * @throws {ConfigurationError} when they can't.
 */
export async function prepareReports({ reports }: Output): Promise<void> {
  const { prepareReport } = await import('../../reports/files/sink.ts');
  for (const { flag, file } of reports) {
    if (file !== '-') orMisconfigured(() => prepareReport(file), flag);
  }
}

/** How reports in files are rendered. */
export const FILE_OPTIONS = { color: false, width: 100 } as const;

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
async function showPage(result: Saved, file: string, { open, reports, directory }: Output): Promise<void> {
  if (!open) {
    const run = directory === DEFAULT_DIRECTORY ? '' : ` ${dirname(file)}`;
    log(`as a page: sockbench report${run} --open`);
    return;
  }
  const { openReport } = await import('./report-page.ts');
  await openReport(file, reports, () => render('html', result, FILE_OPTIONS));
}

/** Prints a saved result on stdout. */
export async function show(format: Format, result: Saved, noColor: boolean): Promise<void> {
  print(await render(format, result, { color: mayColor(process.stdout, noColor), width: reportWidth() }));
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
