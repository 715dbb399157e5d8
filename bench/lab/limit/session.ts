import { type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import { getAffinity } from '../../../sockets/os/cpu.ts';
import type { Measured } from './figure.ts';
import { surveyPeers } from './peers.ts';
import { CReference } from './reference.ts';
import type { LimitRow, Setting } from './row.ts';
import { judge, type RowVerdict } from './verdict.ts';

export interface LimitPlan {
  readonly rows: readonly LimitRow[];
  /** Rounds of each row; each contestant runs once per round. */
  readonly rounds: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Receives the results of a session while it runs. */
export interface LimitObserver {
  measured(row: LimitRow, round: number, figures: Measured): void;
  /** Receives the error of a row that could not be completed; the other rows continue. */
  failed(row: LimitRow, error: unknown): void;
}

/** Results of a session. */
export interface LimitOutcome {
  readonly serverCpu: number;
  readonly loadCpu: number;
  readonly verdicts: readonly RowVerdict[];
}

/** Measures rows, one after the other, until done or aborted. The failure of a row goes to the observer. */
export async function measureRows(
  plan: LimitPlan,
  observer: LimitObserver,
  signal: AbortSignal,
): Promise<LimitOutcome> {
  const [serverCpu = 0, loadCpu = serverCpu] = getAffinity(0);
  const reference = new CReference();
  const setting = { reference, serverCpu, loadCpu, seconds: plan.seconds };
  const verdicts: RowVerdict[] = [];
  try {
    for (const [ordinal, row] of plan.rows.entries()) {
      if (signal.aborted) break;
      verdicts.push(
        await measureRow(row, setting, {
          rounds: plan.rounds,
          streamKey: { seed: plan.seed, ordinal },
          observer,
          signal,
        }),
      );
    }
  } finally {
    reference.dispose();
  }
  return { serverCpu, loadCpu, verdicts };
}

interface Rounds {
  readonly rounds: number;
  readonly streamKey: StreamKey;
  readonly observer: LimitObserver;
  readonly signal: AbortSignal;
}

/** Measures a row, unless a program that it needs is missing. If it fails, the verdict covers the rounds before. */
async function measureRow(
  row: LimitRow,
  setting: Omit<Setting, 'installed'>,
  { rounds, streamKey, observer, signal }: Rounds,
): Promise<RowVerdict> {
  const measured: Measured[] = [];
  const { installed, incomplete, notes: found } = surveyPeers(row);
  if (incomplete) return judge(row, [], found);
  const notes = [...found];
  try {
    const prepared = await row.prepare({ ...setting, installed });
    try {
      notes.push(...prepared.notes);
      while (measured.length < rounds && !signal.aborted) {
        const round = measured.length + 1;
        const figures = await prepared.measure(streamOf('contestant order', { ...streamKey, round }));
        measured.push(figures);
        observer.measured(row, measured.length, figures);
      }
    } finally {
      await prepared.close();
    }
  } catch (error) {
    observer.failed(row, error);
    notes.push(`failed: ${error instanceof Error ? error.message : error}`);
  }
  return judge(row, measured, notes);
}
