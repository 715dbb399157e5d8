import { speaksHttp } from '../../bench/model/app-workload.ts';
import { targetName } from '../../bench/model/configuration.ts';
import { failedRequests } from '../../bench/model/failed-requests.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import { type Failure, type Result, SCHEMA } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { workWords } from '../../bench/model/work-words.ts';
import type { Progress } from '../../bench/run/observer.ts';
import type { Saved } from '../../reports/files/saved.ts';
import { cut } from '../../reports/text/column-layout.ts';
import { plain } from '../../reports/text/plain.ts';
import {
  formatByteRate,
  formatCount,
  formatMicros,
  formatPlural,
  formatSeconds,
} from '../../reports/text/quantities.ts';
import type { MeasurementObserver } from './measurement.ts';

/** The stream that progress is written to: stderr, or a fake in tests. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Width assumed for a terminal that reports none, or zero. */
const DEFAULT_COLUMNS = 80;

/** Returns to the first column and clears to the end of the line (ECMA-48, EL). */
const CLEAR_LINE = '\r\x1b[K';

/**
 * Shows the progress of a measurement. On a terminal it rewrites one live line. Elsewhere it writes one line for each
 * finished trial and for each step of a check, so that logs stay short.
 */
export class ProgressDisplay implements MeasurementObserver<Saved> {
  readonly #stream: ProgressStream;
  readonly #quiet: boolean;
  #total: number | null = null;
  /** Trials and failures already reported. */
  #trials = 0;
  #failures = 0;
  #live = false;

  constructor(stream: ProgressStream, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  progress(progress: Progress): void {
    this.#total = progress.total;
    if (!this.#quiet && this.#stream.isTTY) this.#rewrite(liveLine(progress));
  }

  doing(what: string): void {
    if (this.#quiet) return;
    if (this.#stream.isTTY) this.#rewrite(what);
    else this.#stream.write(`${what}\n`);
  }

  saved(result: Saved): void {
    if (result.schema === SCHEMA) this.#report(result);
  }

  #report({ trials, failures }: Result): void {
    const lines = [...trials.slice(this.#trials).map(trialLine), ...failures.slice(this.#failures).map(failureLine)];
    this.#trials = trials.length;
    this.#failures = failures.length;
    if (this.#quiet || this.#stream.isTTY) return;
    const ended = `${trials.length + failures.length}${this.#total === null ? '' : `/${this.#total}`}`;
    for (const line of lines) this.#stream.write(`[${ended}] ${plain(line)}\n`);
  }

  #rewrite(line: string): void {
    this.#stream.write(`${CLEAR_LINE}${cut(line, (this.#stream.columns || DEFAULT_COLUMNS) - 1)}`);
    this.#live = true;
  }

  /** Clears the live line, so that other text can follow. */
  finish(): void {
    if (this.#live) this.#stream.write(CLEAR_LINE);
    this.#live = false;
  }
}

/** Formats the live line. The most important parts come first, because a narrow terminal cuts the end. */
function liveLine({ trial, done, total, phase, ...now }: Progress): string {
  const left = now.remainingSeconds === null ? '' : `, ${formatSeconds(now.remainingSeconds)} left`;
  const numbers = [
    ...(now.requestsPerSecond === null ? [] : [`${formatCount(now.requestsPerSecond)} req/s`]),
    ...(now.p99Micros === null ? [] : [`p99 ${formatMicros(now.p99Micros)}`]),
    formatPlural(now.errors, 'error'),
  ];
  const what = `${plain(targetName(trial.target))}, ${over(trial)} × ${trial.connections}${trial.work ? `, ${trial.work}` : ''}`;
  const number = total === null ? `${done + 1}` : `${Math.min(done + 1, total)}/${total}`;
  return `[${number}${left}] ${what}, ${phase}: ${numbers.join(', ')}`;
}

function trialLine(trial: Trial): string {
  const { target, round, workload, throughput, latencyMicros } = trial;
  const { requestsPerSecond, bytesPerSecond } = throughput;
  const speed = isOneWay(workload) ? formatByteRate(bytesPerSecond) : `${formatCount(requestsPerSecond)} req/s`;
  return [
    `${target}, ${over(trial)}, ${placed(trial)}, round ${round}: ${speed}`,
    ...(latencyMicros.response.count > 0 ? [`p99 ${formatMicros(latencyMicros.response.p99)}`] : []),
    formatPlural(failedRequests(trial), 'error'),
  ].join(', ');
}

function failureLine(failure: Failure): string {
  const { target, round, message } = failure;
  return `${target}, ${over(failure)}, ${placed(failure)}, round ${round}: failed: ${message}`;
}

/** Formats the transport, with HTTP where the server speaks it: a run may load servers in both ways. */
function over({ app, transport }: { readonly app: string; readonly transport: string }): string {
  return speaksHttp(app) ? `${app} over ${transport}` : transport;
}

/** Formats the work, if any, and the number of connections. */
function placed(outcome: Trial | Failure): string {
  const work = workWords(outcome);
  return `${work ? `${work}, ` : ''}${formatPlural(outcome.connections, 'connection')}`;
}
