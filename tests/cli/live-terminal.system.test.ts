import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { listeningChildren } from './listening-children.ts';
import { scratchDirectory } from './program.ts';

const ESC = '\u001b';
const ENTER = `${ESC}[?1049h${ESC}[?25l`;
const LEAVE = `${ESC}[?7h${ESC}[?25h${ESC}[?1049l`;
const sockbench = fileURLToPath(new URL('../../dist/scripts/sockbench.js', import.meta.url));

/** A shell on a terminal, by script(1), that runs sockbench. It prints the modes of the terminal before and after. */
class Terminal {
  text = '';
  readonly #script: ChildProcess;

  constructor(...args: readonly string[]) {
    const program = `echo "pid=$$"; exec "${process.execPath}" "${sockbench}" ${args.join(' ')}`;
    const line = `tty; stty rows 24 columns 80; stty -g; sh -c '${program}'; echo "code=$?"; stty -g`;
    this.#script = spawn('script', ['--quiet', '--command', line, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', LC_ALL: 'C.UTF-8', NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#script.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
    onTestFinished(() => void this.#script.kill('SIGKILL'));
  }

  type(keys: string): void {
    this.#script.stdin?.write(keys);
  }

  /** Pid of sockbench. */
  get pid(): number {
    return Number(/pid=(\d+)/.exec(this.text)?.[1]);
  }

  /** Changes the size of the terminal, as a window does. */
  resize(rows: number, columns: number): void {
    const [device = ''] = /\/dev\/\S+/.exec(this.text) ?? [];
    execFileSync('stty', ['-F', device, 'rows', String(rows), 'columns', String(columns)]);
  }

  /** Resolves when its output so far matches. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) await once(this.#script.stdout ?? this.#script, 'data');
  }

  /** Resolves to the exit code of sockbench, and the modes before and after. */
  async end(): Promise<{ code: number; before: string | undefined; after: string | undefined }> {
    if (this.#script.exitCode === null) await once(this.#script, 'close');
    const [before, after] = [...this.text.matchAll(/^[0-9a-f]+(?::[0-9a-f]+){10,}/gm)].map(([modes]) => modes);
    return { code: Number(/^code=(\d+)/m.exec(this.text)?.[1]), before, after };
  }
}

/** Starts a run that lasts until it is ended. */
function endless(): Terminal {
  return new Terminal(
    ...['run', '--model', 'event-driven', '-c', '2', '-d', '1h', '--warmup', '0s', '--live', 'tui'],
    ...['--out-dir', scratchDirectory()],
  );
}

describe.skipIf(whyMissing('script'))('--live tui on a terminal', () => {
  test.each<[string, (terminal: Terminal) => void]>([
    ['q', (terminal) => terminal.type('q')],
    ['Ctrl-C', (terminal) => terminal.type('\u0003')],
    ['SIGTERM', (terminal) => process.kill(terminal.pid, 'SIGTERM')],
  ])('%s ends the run, and the terminal is as before, with the report on it', async (_, stop) => {
    const terminal = endless();
    await terminal.until(/: measuring/);
    stop(terminal);
    const { code, before, after } = await terminal.end();
    expect(code).toBe(130);
    expect(before).toBeDefined();
    expect(after).toBe(before);
    const [, screen = '', rest = ''] = terminal.text.split(new RegExp(`${escaped(ENTER)}|${escaped(LEAVE)}`));
    expect(screen).toContain('run, trial 1 of 1');
    expect(screen).toContain('event-driven, echo over tcp, 2 connections, round 1: measuring');
    expect(rest).not.toContain(ESC);
    expect(rest).toMatch(/stopping; interrupt again.*Interrupted after 0 of 1 trials.*results saved in/s);
  });

  test('a second Ctrl-C ends it at once, and the terminal is as before', async () => {
    const terminal = endless();
    await terminal.until(/: measuring/);
    // A server that does not react to its stop signal: the first Ctrl-C waits for it.
    const [server] = await listeningChildren(terminal.pid);
    process.kill(server?.pid ?? 0, 'SIGSTOP');
    terminal.type('\u0003');
    await terminal.until(/stopping; interrupt again/);
    terminal.type('\u0003');
    const { code, before, after } = await terminal.end();
    expect({ code, after }).toEqual({ code: 130, after: before });
    expect(terminal.text.split(LEAVE)).toHaveLength(2);
    expect(terminal.text).not.toContain('Interrupted after');
  });

  test('a change of size draws the last line where it is now', async () => {
    const terminal = endless();
    await terminal.until(/: measuring/);
    terminal.resize(40, 120);
    await terminal.until(new RegExp(`${ESC}\\[40;1Hq or Ctrl-C`));
    terminal.type('q');
    expect(await terminal.end()).toMatchObject({ code: 130 });
  });

  test('a run to its end shows its numbers, and fits the terminal', async () => {
    const terminal = new Terminal(
      // Long and slow: on a busy machine the screen is drawn late.
      ...['run', '--model', 'event-driven', '-c', '2', '-R', '20', '-d', '5s', '--warmup', '0s', '--live', 'tui'],
      ...['--out-dir', scratchDirectory()],
    );
    const { code, before, after } = await terminal.end();
    expect({ code, after }).toEqual({ code: 0, after: before });
    const [, screen = ''] = terminal.text.split(ENTER);
    expect(screen.split(LEAVE)[0]).toMatch(/req\/s +\d/);
    const rows = [...screen.matchAll(new RegExp(`${ESC}\\[(\\d+);1H`, 'g'))].map(([, row]) => Number(row));
    expect(Math.max(...rows)).toBe(24);
  });
});

function escaped(text: string): string {
  return text.replace(/[[\]?]/g, '\\$&');
}
