import { isOneWay } from '../../../bench/model/operating-point.ts';
import { alignColumns, cut, textWidth } from '../../../reports/text/column-layout.ts';
import { paragraph } from '../../../reports/text/paragraph.ts';
import { plain } from '../../../reports/text/plain.ts';
import { formatByteRate, formatCount, formatMicros } from '../../../reports/text/quantities.ts';
import { sparkline } from '../../../reports/text/sparkline.ts';
import { type Board, boardOf } from '../board.ts';
import { progressOf } from '../live-progress.ts';
import { type LiveState, workloadOf } from '../live-state.ts';

/** What a frame is drawn for. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  /** Draws with ASCII characters only. */
  readonly ascii: boolean;
}

/** Columns of the names and of the numbers before a sparkline. */
const NAME_COLUMNS = 12;
const NUMBER_COLUMNS = 12;
const BAR_COLUMNS = 20;
const MAX_NOTES = 3;
const MAX_NOTE_LINES = 2;
const KEYS = 'q or Ctrl-C: stop, save and report what was measured';

/**
 * Draws the state as exactly as many lines as there are rows, each at most as wide as there are columns. Pure.
 * @param now seconds since the measurement started.
 */
export function drawFrame(state: LiveState, now: number, size: FrameSize): string[] {
  const { columns, rows } = size;
  const top = [...head(state, now, size), '', ...series(state, size), ''];
  const notes = state.notes
    .slice(-MAX_NOTES)
    .flatMap((note) => paragraph(plain(note), columns, { first: '! ', columns: 2 }).slice(0, MAX_NOTE_LINES));
  const bottom = [...(notes.length > 0 ? ['', ...notes] : []), '', KEYS];
  const board = boardOf(state);
  const middle = board === null ? [] : drawBoard(board, Math.max(0, rows - top.length - bottom.length), size.ascii);
  const body = [...top, ...middle];
  const gap = Math.max(0, rows - body.length - bottom.length);
  const lines = [...body, ...new Array<string>(gap).fill(''), ...bottom].slice(0, rows);
  return lines.map((line) => cut(line.trimEnd(), columns));
}

function head(state: LiveState, now: number, { columns, ascii }: FrameSize): string[] {
  const { title, doing, share, left } = progressOf(state, now);
  const right = left === null ? '' : `${left} left`;
  const gap = ' '.repeat(Math.max(1, columns - textWidth(title) - textWidth(right)));
  const width = columns - ' 100 %'.length;
  const filled = Math.round((share ?? 0) * width);
  const [full, empty] = ascii ? ['#', '-'] : ['█', '░'];
  const bar = `${full.repeat(filled)}${empty.repeat(width - filled)} ${`${Math.floor((share ?? 0) * 100)} %`.padStart(5)}`;
  return [`${title}${gap}${right}`.trimEnd(), share === null ? '' : bar, plain(doing)];
}

/** Draws how the load goes: the latest numbers, and the seconds before them. */
function series(state: LiveState, { columns, ascii }: FrameSize): string[] {
  const bars = Math.max(1, columns - NAME_COLUMNS - NUMBER_COLUMNS);
  const shown = state.samples.slice(-bars).map(({ sample }) => sample);
  const last = shown.at(-1);
  if (last === undefined) return [];
  const line = (name: string, number: string, values: readonly (number | null)[]) =>
    `${name.padEnd(NAME_COLUMNS)}${number.padEnd(NUMBER_COLUMNS)}${sparkline(values, ascii)}`;
  const latency = (name: 'p50' | 'p99') =>
    line(
      name,
      last[name] > 0 ? formatMicros(last[name]) : '',
      shown.map((sample) => sample[name] || null),
    );
  const errors = shown.map((sample) => sample.errors);
  const failures = line('errors', formatCount(last.errors), errors.some((count) => count > 0) ? errors : []);
  const workload = workloadOf(state) ?? '';
  if (isOneWay(workload)) {
    const rates = shown.map(({ bytesPerSecond }) => bytesPerSecond ?? 0);
    return [line('throughput', formatByteRate(last.bytesPerSecond ?? 0), rates), failures];
  }
  const rates = shown.map(({ requestsPerSecond }) => requestsPerSecond);
  return [
    line(workload === 'broadcast' ? 'lines/s' : 'req/s', formatCount(last.requestsPerSecond), rates),
    latency('p50'),
    latency('p99'),
    failures,
    line('in flight', formatCount(last.inFlight), []),
  ];
}

/** Draws a board in a number of lines: its title, a head, and as many rows as there is room for. */
function drawBoard({ title, columns, rows }: Board, lines: number, ascii: boolean): string[] {
  if (rows.length === 0 || lines < 3) return [];
  const shown = rows.length > lines - 2 ? rows.slice(0, lines - 3) : rows;
  const most = Math.max(...rows.map(({ value }) => value ?? 0));
  const bar = (value: number | null) =>
    (ascii ? '#' : '█').repeat(most > 0 && value !== null ? Math.max(1, Math.round((value / most) * BAR_COLUMNS)) : 0);
  const aligned = alignColumns(
    [[...columns, ''], ...shown.map(({ cells, value }) => [...cells.map((cell) => cut(plain(cell), 28)), bar(value)])],
    [...columns.map((_, i) => ({ align: i === 0 ? 'left' : 'right' }) as const), { align: 'left' }],
    2,
  );
  const more = rows.length - shown.length;
  return [plain(title), ...aligned, ...(more > 0 ? [`and ${more} more`] : [])];
}
