/**
 * What `sockbench` exports: the commands as functions. Importing it loads no command and opens nothing; each function
 * loads what it needs. Nothing is printed, no signal is handled, and files are written only where an option names them.
 */
import type { CheckResult } from '../../bench/model/check-result.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Saved } from '../../reports/files/saved.ts';
import type { Format } from '../../reports/renderers/formats.ts';
import type { RenderOptions } from '../../reports/renderers/renderer.ts';
import { begin, type Measurement } from './measurement.ts';
import type {
  BenchOptions,
  CapacityOptions,
  CheckOptions,
  MeasuringName,
  RunOptions,
  ScaleOptions,
  ServeOptions,
} from './options.ts';
import type { Server } from './server.ts';

export type { Capacity } from '../../bench/model/capacity.ts';
export type { CheckOutcome, CheckResult } from '../../bench/model/check-result.ts';
export {
  ConfigurationError,
  NotComparableError,
  ResultFileError,
  TargetError,
} from '../../bench/model/errors.ts';
export type { MeasurementEvent } from '../../bench/model/event.ts';
export type { Environment, Failure, Plan, Result } from '../../bench/model/result.ts';
export type { LatencySummary, Reason, Trial } from '../../bench/model/trial.ts';
export type { Saved } from '../../reports/files/saved.ts';
export type { Format } from '../../reports/renderers/formats.ts';
export type { RenderOptions } from '../../reports/renderers/renderer.ts';
export { UnavailableError } from '../../sockets/errors/errno.ts';
export { exitCode } from '../session/exit-code.ts';
export type { Measurement } from './measurement.ts';
export type {
  BenchOptions,
  CapacityOptions,
  CheckOptions,
  RunOptions,
  ScaleOptions,
  ServeOptions,
} from './options.ts';
export type { Server } from './server.ts';

/** What a measurement takes besides its options. */
export interface MeasurementControl {
  /** Ends the measurement early: it stops its servers, and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Compares servers, as `sockbench bench` does. @see run */
export function bench(options: BenchOptions = {}, control?: MeasurementControl): Measurement<Result> {
  return measure<Result>('bench', options, control);
}

/**
 * Measures one server under one load, as `sockbench run` does. One measurement runs at a time in a process.
 * @returns a promise of the result that the command saves. A server that fails is in its `failures`. Iterating over the
 * promise gives the events of the measurement.
 * @throws {ConfigurationError} (rejects) with every fault of the options, before anything is started.
 * @throws {UnavailableError} (rejects) where the load generator can't run.
 */
export function run(options: RunOptions, control?: MeasurementControl): Measurement<Result> {
  return measure<Result>('run', options, control);
}

/** Measures servers at many levels of concurrency, as `sockbench scale` does. @see run */
export function scale(options: ScaleOptions, control?: MeasurementControl): Measurement<Result> {
  return measure<Result>('scale', options, control);
}

/** Finds the highest rate that meets an objective, as `sockbench capacity` does. @see run */
export function capacity(options: CapacityOptions, control?: MeasurementControl): Measurement<Result> {
  return measure<Result>('capacity', options, control);
}

/**
 * Decides whether one server is slower than another, as `sockbench check` does: `result.verdict.outcome`.
 * @throws {TargetError} (rejects) when a server can't be built or does not start.
 * @throws {NotComparableError} (rejects) when recorded runs can't be compared with runs here.
 * @see run
 */
export function check(options: CheckOptions, control?: MeasurementControl): Measurement<CheckResult> {
  return measure<CheckResult>('check', options, control);
}

/**
 * Starts a built-in server in a process of its own, which ends with this one.
 * @returns the server, when it is ready. Close it, or declare it with `await using`.
 * @throws {ConfigurationError} (rejects) with every fault of the options.
 * @throws {TargetError} (rejects) when it does not start.
 */
export async function serve(options: ServeOptions): Promise<Server> {
  const { startServer } = await import('./start-server.ts');
  return startServer(options);
}

/**
 * Reads a saved result of any command.
 * @param path a results.json, the directory of a run, or the link `latest`.
 * @throws {ResultFileError} (rejects) when it can't be read; the message says what to do.
 */
export async function readResult(path: string): Promise<Saved> {
  const { readSaved } = await import('../../reports/files/reader.ts');
  return readSaved(path);
}

/**
 * Renders a result as a document: `terminal`, `html`, `markdown`, `junit` and the other formats of `--out`.
 * @param options the look of formats for terminals. Default: no colours, 100 columns.
 * @throws {ConfigurationError} (rejects) when the format has nothing of such a result.
 */
export async function render(format: Format, result: Saved, options: Partial<RenderOptions> = {}): Promise<string> {
  const { render: renderAs } = await import('../../reports/renderers/formats.ts');
  return renderAs(format, result, { color: false, width: 100, ...options });
}

function measure<R extends Saved>(
  name: MeasuringName,
  options: object,
  { signal }: MeasurementControl = {},
): Measurement<R> {
  return begin(async (emit) => {
    const { measured } = await import('./measured.ts');
    return measured<R>(name, options, signal ?? new AbortController().signal, emit);
  });
}
