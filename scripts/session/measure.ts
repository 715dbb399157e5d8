import type { Capacity } from '../../bench/model/capacity.ts';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import type { Result } from '../../bench/model/result.ts';
import type { RunObserver } from '../../bench/run/observer.ts';
import type { Saved } from '../../reports/files/saved.ts';
import { type Format, render } from '../../reports/renderers/catalog.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { mayColor, print, reportWidth, say } from '../cli/output.ts';
import type { Output } from '../flags/output.ts';
import { ProgressDisplay } from './progress.ts';

/**
 * Runs a configuration, saves the results after every trial, and prints them.
 * @returns the exit code.
 * @throws {ConfigurationError} when results can't be saved where they should go.
 */
export async function measure(configuration: RunConfiguration, output: Output): Promise<number> {
  const { run } = await import('../../bench/run/runner.ts');
  return record((observer, signal) => run(configuration, observer, signal), configuration, output);
}

/**
 * Runs a measurement, saves its results after every trial, and prints them.
 * @returns the exit code.
 * @throws {ConfigurationError} when results can't be saved where they should go.
 */
export async function record(
  work: (observer: RunObserver, signal: AbortSignal) => Promise<Result>,
  configuration: Pick<RunConfiguration, 'seed'>,
  output: Output,
): Promise<number> {
  const { prepareReport, ResultSink, writeReport } = await import('../../reports/files/sink.ts');
  for (const { format, file } of output.reports) {
    if (file !== '-') orMisconfigured(() => prepareReport(file), `${format} report`);
  }
  const sink = orMisconfigured(() => new ResultSink(output.directory, new Date()), '--out-dir');
  say(`seed ${configuration.seed}; results go to ${sink.directory}`);
  const display = new ProgressDisplay(process.stderr, output.quiet);
  // A full disk must not end the run: its results can still be printed, and the next save may succeed.
  const observer = {
    progress: display.progress.bind(display),
    saved(result: Result) {
      attempted(() => sink.append(result));
      display.saved(result);
    },
  };
  const result = await untilInterrupted((signal) => work(observer, signal)).finally(() => display.finish());
  const save = attempted(() => sink.save(result));
  if (!output.reports.some(({ file }) => file === '-')) await show('terminal', result, output.noColor);
  for (const { format, file } of output.reports) {
    const document = await render(format, result, { color: false, width: 100 });
    if (file === '-') print(document);
    else orMisconfigured(() => writeReport(file, document), `${format} report`);
  }
  orMisconfigured(save, '--out-dir');
  say(`results saved in ${sink.file}`);
  return exitCode(result);
}

/** Prints a saved result on stdout. */
export async function show(format: Format, result: Saved, noColor: boolean): Promise<void> {
  print(await render(format, result, { color: mayColor(process.stdout, noColor), width: reportWidth() }));
}

/** Runs `work` now and catches its error. @returns a function that throws that error, if there was one. */
export function attempted(work: () => void): () => void {
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

/** Returns the exit code of a command that measured. */
export function exitCode({ interrupted, failures, trials, thresholds = [], capacity }: Result): number {
  if (interrupted) return EXIT.interrupted;
  if (failures.length > 0) return EXIT.targetFailed;
  if (capacity) return capacityExitCode(capacity);
  if (thresholds.some(({ kept }) => !kept)) return EXIT.regressed;
  const invalid = trials.filter(({ validity }) => validity.verdict === 'invalid').length;
  // Without thresholds, one valid trial suffices. With thresholds, every trial must be valid: an invalid trial does not
  // show that a threshold holds.
  const mostInvalid = thresholds.length > 0 ? 0 : trials.length - 1;
  return invalid > mostInvalid ? EXIT.inconclusive : EXIT.ok;
}

/** A target that kept its objectives at no rate is a definite result, and outranks targets with unknown capacity. */
function capacityExitCode(capacities: readonly Capacity[]): number {
  if (capacities.some(({ outcome }) => outcome === 'none')) return EXIT.regressed;
  const isUnknown = ({ outcome, limit }: Capacity) => outcome === 'unknown' || limit === 'unmeasured';
  return capacities.some(isUnknown) ? EXIT.inconclusive : EXIT.ok;
}
