import { exitNow } from '../sockets/process.ts';

/** Writes a result on stdout, and nothing but results ever goes there. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Writes a line for people on stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** May what goes to this stream be coloured? Not when it is no terminal, under NO_COLOR (no-color.org), or unwanted. */
export function mayColor(stream: NodeJS.WriteStream, unwanted: boolean): boolean {
  return stream.isTTY === true && !unwanted && !process.env.NO_COLOR;
}

/** No report is laid out for less, however narrow the terminal is: then its lines are wrapped there. */
const LEAST_WIDTH = 60;
const MOST_WIDTH = 100;

/**
 * Columns that reports are laid out for: what fits a terminal and a page of documentation alike.
 * @param columns of the terminal; undefined without one, zero where it does not tell.
 */
export function reportWidth(columns: number | undefined = process.stdout.columns): number {
  return Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, columns || MOST_WIDTH));
}

/** Lets the program end without a stack trace when the reader of its output has gone, as in `sockbench list | head`. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) exitNow(Number(process.exitCode ?? 0));
    });
  }
}
