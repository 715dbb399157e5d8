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

/** Columns that reports are laid out for: what fits a terminal and a page of documentation alike. */
export function reportWidth(): number {
  return Math.min(100, process.stdout.columns ?? 100);
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
