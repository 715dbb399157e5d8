import type { Saved } from '../../reports/files/saved.ts';
import type { ResultSink } from '../../reports/files/sink.ts';
import { type Format, render } from '../../reports/renderers/formats.ts';
import type { RenderOptions } from '../../reports/renderers/renderer.ts';
import { mustDrawAscii, print } from '../cli/output.ts';
import type { Output, Report } from '../flags/output.ts';
import type { Measurement } from './measurement.ts';
import { orMisconfigured } from './or-misconfigured.ts';

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

/**
 * Opens a directory for the results of one run.
 * @throws {ConfigurationError} when it can't be created.
 */
export async function openSink(directory: string): Promise<ResultSink> {
  const { ResultSink } = await import('../../reports/files/sink.ts');
  return orMisconfigured(() => new ResultSink(directory, new Date()), '--out-dir');
}

/** Saves results so far. A full disk must not end the measurement: the next save may succeed. */
export function append(result: Saved, sink: ResultSink | undefined): void {
  attempted(() => sink?.append(result));
}

/**
 * Saves a result and writes its reports.
 * @param sink undefined: only the reports are written.
 * @param show prints it, also when it could not be saved.
 * @throws {ConfigurationError} when something can't be written; the rest is.
 */
export async function deliver<R extends Saved>(
  result: R,
  { keep }: Measurement<R>,
  { reports, ascii }: Pick<Output, 'reports' | 'ascii'>,
  sink: ResultSink | undefined,
  show?: () => Promise<void>,
): Promise<void> {
  const save = attempted(() => sink?.save(result));
  await keep?.(result);
  await show?.();
  await writeReports(reports, (format) => render(format, result, fileOptions({ ascii })));
  orMisconfigured(save, '--out-dir');
}

/** Returns the options of reports in files. */
export function fileOptions({ ascii }: Pick<Output, 'ascii'>): RenderOptions {
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
