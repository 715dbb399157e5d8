import { type StreamKey, streamOf } from '../../servers/random.ts';
import { getAffinity } from '../../sockets/cpu.ts';
import type { Measured } from './figure.ts';
import { CReference } from './reference.ts';
import type { LimitRow, Setting } from './row.ts';
import { judge, type RowVerdict } from './verdict.ts';

export interface LimitPlan {
  readonly rows: readonly LimitRow[];
  /** Rounds of each row: in each, every contestant runs once. */
  readonly rounds: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Told of a session while it goes on. */
export interface LimitObserver {
  measured(row: LimitRow, round: number, figures: Measured): void;
  /** A row could not be measured to its end; the others go on. */
  failed(row: LimitRow, error: unknown): void;
}

/** All that a session came to. */
export interface LimitOutcome {
  readonly serverCpu: number;
  readonly loadCpu: number;
  readonly verdicts: readonly RowVerdict[];
}

/**
 * Measures rows, one after the other, until done or aborted.
 * @throws when the reference can't be compiled; what fails in a row is the observer's.
 */
export async function measureRows(
  plan: LimitPlan,
  observer: LimitObserver,
  signal: AbortSignal,
): Promise<LimitOutcome> {
  const [serverCpu = 0, loadCpu = serverCpu] = getAffinity(0);
  const reference = new CReference();
  const setting: Setting = { reference, serverCpu, loadCpu, seconds: plan.seconds };
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

/** What a row has shown: over all rounds before it failed, when it does. */
async function measureRow(
  row: LimitRow,
  setting: Setting,
  { rounds, streamKey, observer, signal }: Rounds,
): Promise<RowVerdict> {
  const measured: Measured[] = [];
  const notes: string[] = [];
  try {
    const prepared = await row.prepare(setting);
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
