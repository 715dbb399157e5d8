import { median } from '../../stats/median.ts';
import type { Figure, Measured } from './figure.ts';

/**
 * `shown`: the figure has no bounds. `unmeasured`: no round measured it, as its tool is not installed or the row
 * failed.
 */
export type FigureOutcome = 'met' | 'missed' | 'shown' | 'unmeasured';

/** A figure over all rounds. Numbers are null when no round measured it. */
export interface FigureVerdict extends Figure {
  readonly name: string;
  readonly median: number | null;
  readonly least: number | null;
  readonly most: number | null;
  readonly outcome: FigureOutcome;
}

/** Results of a row. */
export interface RowVerdict {
  readonly name: string;
  readonly title: string;
  readonly rounds: number;
  readonly figures: readonly FigureVerdict[];
  /** Why figures are missing, or the whole row. */
  readonly notes: readonly string[];
}

/** Compares the medians over all rounds with their bounds. */
export function judge(
  { name, title, figures }: { name: string; title: string; figures: Readonly<Record<string, Figure>> },
  rounds: readonly Measured[],
  notes: readonly string[],
): RowVerdict {
  return {
    name,
    title,
    rounds: rounds.length,
    figures: Object.entries(figures).map(([figure, wanted]) => judgeFigure(figure, wanted, rounds)),
    notes,
  };
}

/** Reports whether a median of the row is outside its bounds. An unmeasured figure is not missed. */
export function isMissed({ figures }: RowVerdict): boolean {
  return figures.some(({ outcome }) => outcome === 'missed');
}

function judgeFigure(name: string, figure: Figure, rounds: readonly Measured[]): FigureVerdict {
  const values = rounds.map((round) => round[name]).filter((value) => value !== undefined);
  if (values.length === 0) return { ...figure, name, median: null, least: null, most: null, outcome: 'unmeasured' };
  const middle = median(values);
  return {
    ...figure,
    name,
    median: middle,
    least: Math.min(...values),
    most: Math.max(...values),
    outcome: outcomeOf(figure, middle),
  };
}

function outcomeOf({ atLeast, atMost }: Figure, value: number): FigureOutcome {
  if (atLeast === undefined && atMost === undefined) return 'shown';
  // NaN fails this test.
  return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity) ? 'met' : 'missed';
}
