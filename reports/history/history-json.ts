import { jsonDocument } from '../text/json-document.ts';
import { HISTORY_ALPHA, type History, type SeriesHistory } from './history.ts';

const HISTORY_SCHEMA = 'sockbench/history/1';

/** Renders a history as JSON. Runs are numbered from 1, as in tables. */
export function historyJson(history: History, skipped: readonly string[]): string {
  const { runs, series, tests, level, runsNeeded } = history;
  return jsonDocument({
    schema: HISTORY_SCHEMA,
    runs: runs.map(({ readings: _, ...run }, i) => ({ run: i + 1, ...run })),
    skipped,
    test: { alpha: HISTORY_ALPHA, tests, level, runsNeeded },
    series: series.map(seriesRecord),
  });
}

function seriesRecord({ subject, points, changes, borders }: SeriesHistory) {
  const numbered = ({ before, after }: { readonly before: number; readonly after: number }) => ({
    before: before + 1,
    after: after + 1,
  });
  return {
    ...subject,
    points: points.map(({ run, ...rest }) => ({ run: run + 1, ...rest })),
    // The ends of an interval are null when they are infinite.
    changes: changes.map((change) => ({ ...change, ...numbered(change) })),
    borders: borders.map((border) => ({ ...border, ...numbered(border) })),
  };
}
