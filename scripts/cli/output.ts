import { endNow } from './at-exit.ts';

/** Writes a result to stdout. Only results go there. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Receives messages in place of stderr; undefined usually. */
let logTo: ((line: string) => void) | undefined;

/** Writes a message to stderr. */
export function log(line: string): void {
  if (logTo === undefined) process.stderr.write(`${line}\n`);
  else logTo(line);
}

/** Passes messages to `to` in place of stderr, which shows something else meanwhile. @returns what ends that. */
export function divertLog(to: (line: string) => void): () => void {
  logTo = to;
  return () => {
    logTo = undefined;
  };
}

/** Reports whether to colour a stream: only on a terminal, without NO_COLOR (no-color.org), and unless unwanted. */
export function mayColor(stream: NodeJS.WriteStream, unwanted: boolean): boolean {
  return stream.isTTY === true && !unwanted && !process.env.NO_COLOR;
}

/** Terminals without braille and block characters: see term(7). */
const ASCII_TERMINALS = ['dumb', 'linux'];

/**
 * Reports whether to draw with ASCII characters only: on request, on a terminal without others, and in a locale with an
 * encoding other than UTF-8. LC_ALL takes precedence over LC_CTYPE, and that over LANG: locale(7).
 */
export function mustDrawAscii(requested: boolean, env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'UTF-8';
  return requested || ASCII_TERMINALS.includes(env.TERM ?? '') || !/utf-?8/i.test(locale);
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

/** Whether the program goes on when nothing reads stdout any more. */
let outlivesStdout = false;

/** Makes the program go on when the reader of stdout exits: what it does besides is worth finishing. */
export function outliveStdout(): void {
  outlivesStdout = true;
}

/** Makes the program end without a stack trace when the reader of its output exits, as in `sockbench list | head`. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout && !outlivesStdout) endNow(Number(process.exitCode ?? 0));
    });
  }
}
