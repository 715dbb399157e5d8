import { exitNow } from '../../sockets/os/process.ts';

/** Writes a result to stdout. Only results go there. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Writes a message to stderr. */
export function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Reports whether to colour a stream: only on a terminal, without NO_COLOR (no-color.org), and unless unwanted. */
export function mayColor(stream: NodeJS.WriteStream, unwanted: boolean): boolean {
  return stream.isTTY === true && !unwanted && !process.env.NO_COLOR;
}

/** Least width of a report. A narrower terminal wraps its lines. */
const MIN_WIDTH = 60;
const MAX_WIDTH = 100;

/**
 * Returns the width of reports in columns, from 60 to 100, which fits both a terminal and a page of documentation.
 * @param columns width of the terminal; undefined without a terminal, zero when its width is unknown.
 */
export function reportWidth(columns: number | undefined = process.stdout.columns): number {
  return Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, columns || MAX_WIDTH));
}

/** Makes the program end without a stack trace when the reader of its output exits, as in `sockbench list | head`. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) exitNow(Number(process.exitCode ?? 0));
    });
  }
}
