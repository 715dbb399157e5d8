import type { RunConfiguration } from '../bench/model/configuration.ts';
import { ConfigurationError } from '../bench/model/errors.ts';
import { EXIT } from '../bench/model/exit-code.ts';
import type { Result } from '../bench/model/result.ts';
import { type Format, render } from '../reports/catalog.ts';
import { untilInterrupted } from './interrupt.ts';
import { mayColor, print, reportWidth, say } from './output.ts';
import type { Output } from './output-flags.ts';
import { ProgressDisplay } from './progress.ts';

/**
 * Runs a configuration, saves its results after every trial, and prints them.
 * @returns the exit code.
 * @throws {ConfigurationError} when results can't be saved where they should go.
 */
export async function measure(configuration: RunConfiguration, output: Output): Promise<number> {
  const [{ run }, { ResultSink, writeReport }] = await Promise.all([
    import('../bench/run/runner.ts'),
    import('../reports/sink.ts'),
  ]);
  const sink = orMisconfigured(() => new ResultSink(output.directory, new Date()), '--out-dir');
  say(`seed ${configuration.seed}; results go to ${sink.directory}`);
  const display = new ProgressDisplay(process.stderr, output.quiet);
  const observer = {
    progress: display.progress.bind(display),
    saved(result: Result) {
      display.saved(result);
      sink.save(result);
    },
  };
  const result = await untilInterrupted((signal) => run(configuration, observer, signal)).finally(() =>
    display.finish(),
  );
  if (!output.reports.some(({ file }) => file === '-')) await show('terminal', result, output.noColor);
  for (const { format, file } of output.reports) {
    const document = await render(format, result, { color: false, width: 100 });
    if (file === '-') print(document);
    else orMisconfigured(() => writeReport(file, document), `${format} report`);
  }
  say(`results saved in ${sink.file}`);
  return exitCode(result);
}

/** Prints a result on stdout. */
export async function show(format: Format, result: Result, noColor: boolean): Promise<void> {
  print(await render(format, result, { color: mayColor(process.stdout, noColor), width: reportWidth() }));
}

/** @throws {ConfigurationError} in place of an error of the file system. */
function orMisconfigured<T>(write: () => T, what: string): T {
  try {
    return write();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([`${what}: can't be written: ${message}`], { cause: error });
  }
}

function exitCode({ interrupted, failures, trials }: Result): number {
  if (interrupted) return EXIT.interrupted;
  if (failures.length > 0) return EXIT.targetFailed;
  return trials.every(({ validity }) => validity.verdict === 'invalid') ? EXIT.inconclusive : EXIT.ok;
}
