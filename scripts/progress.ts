import { targetName } from '../bench/model/configuration.ts';
import { failedRequests } from '../bench/model/failed-requests.ts';
import { isOneWay } from '../bench/model/operating-point.ts';
import type { Failure, Result } from '../bench/model/result.ts';
import type { Trial } from '../bench/model/trial.ts';
import { workWords } from '../bench/model/work-words.ts';
import type { Progress, RunObserver } from '../bench/run/observer.ts';
import { plain } from '../reports/plain.ts';
import { formatByteRate, formatCount, formatMicros, formatPlural, formatSeconds } from '../reports/quantities.ts';

/** Where progress is shown: stderr, or a fake in tests. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Of a terminal that does not tell its width, or says zero. */
const DEFAULT_COLUMNS = 80;

/** Back to the first column, and clear to the end of the line: ECMA-48 EL. */
const CLEAR_LINE = '\r\x1b[K';

/**
 * Shows how a run is going: on a terminal one live line, rewritten; elsewhere, so that logs stay short, one line for
 * each trial that ended.
 */
export class ProgressDisplay implements Pick<RunObserver, 'progress' | 'saved'> {
  readonly #stream: ProgressStream;
  readonly #quiet: boolean;
  #total: number | null = null;
  /** Trials and failures already told of. */
  #trials = 0;
  #failures = 0;
  #live = false;

  constructor(stream: ProgressStream, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  progress(progress: Progress): void {
    this.#total = progress.total;
    if (this.#quiet || !this.#stream.isTTY) return;
    this.#stream.write(`${CLEAR_LINE}${liveLine(progress).slice(0, (this.#stream.columns || DEFAULT_COLUMNS) - 1)}`);
    this.#live = true;
  }

  saved({ trials, failures }: Result): void {
    const lines = [...trials.slice(this.#trials).map(trialLine), ...failures.slice(this.#failures).map(failureLine)];
    this.#trials = trials.length;
    this.#failures = failures.length;
    if (this.#quiet || this.#stream.isTTY) return;
    const ended = `${trials.length + failures.length}${this.#total === null ? '' : `/${this.#total}`}`;
    for (const line of lines) this.#stream.write(`[${ended}] ${plain(line)}\n`);
  }

  /** Wipes the live line, so that other text can follow. */
  finish(): void {
    if (this.#live) this.#stream.write(CLEAR_LINE);
    this.#live = false;
  }
}

/** What must not be cut on a narrow terminal comes first. */
function liveLine({ trial, done, total, phase, ...now }: Progress): string {
  const left = now.remainingSeconds === null ? '' : `, ${formatSeconds(now.remainingSeconds)} left`;
  const numbers = [
    ...(now.requestsPerSecond === null ? [] : [`${formatCount(now.requestsPerSecond)} req/s`]),
    ...(now.p99Micros === null ? [] : [`p99 ${formatMicros(now.p99Micros)}`]),
    formatPlural(now.errors, 'error'),
  ];
  const what = `${plain(targetName(trial.target))}, ${trial.transport} × ${trial.connections}${trial.work ? `, ${trial.work.text}` : ''}`;
  const number = total === null ? `${done + 1}` : `${Math.min(done + 1, total)}/${total}`;
  return `[${number}${left}] ${what}, ${phase}: ${numbers.join(', ')}`;
}

function trialLine(trial: Trial): string {
  const { target, transport, round, workload, throughput, latencyMicros } = trial;
  const { requestsPerSecond, bytesPerSecond } = throughput;
  const speed = isOneWay(workload) ? formatByteRate(bytesPerSecond) : `${formatCount(requestsPerSecond)} req/s`;
  return [
    `${target}, ${transport}, ${placed(trial)}, round ${round}: ${speed}`,
    ...(latencyMicros.response.count > 0 ? [`p99 ${formatMicros(latencyMicros.response.p99)}`] : []),
    formatPlural(failedRequests(trial), 'error'),
  ].join(', ');
}

function failureLine(failure: Failure): string {
  const { target, transport, round, message } = failure;
  return `${target}, ${transport}, ${placed(failure)}, round ${round}: failed: ${message}`;
}

/** With how many connections, and with what work. */
function placed(outcome: Trial | Failure): string {
  const work = workWords(outcome);
  return `${work ? `${work}, ` : ''}${formatPlural(outcome.connections, 'connection')}`;
}
