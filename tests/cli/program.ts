import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Outcome, runBuilt } from './built-program.ts';

/** Returns the path of a built program of scripts/. */
function entry(script: string): string {
  return fileURLToPath(new URL(`../../dist/scripts/${script}.js`, import.meta.url));
}

interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Name of the program in scripts/. Default: `sockbench`. */
  readonly script?: string;
  /**
   * Stdin: none (the default), a pipe, or a new terminal. With a terminal, stdout and stderr go to it too, and both are
   * captured as stdout. Terminals need script(1) of util-linux.
   */
  readonly stdin?: 'ignore' | 'pipe' | 'terminal';
}

/** Returns a command that runs another on a terminal, by script(1), and exits with its exit code. */
function onTerminal(command: readonly string[]): [string, string[]] {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ['script', ['--quiet', '--return', '--command', `exec ${line}`, '/dev/null']];
}

/** A running sockbench process. It is ended when the test finishes, passed or failed. */
export class Program {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #closed: Promise<number | null>;

  constructor(args: readonly string[], options: ProgramOptions = {}) {
    const { stdin = 'ignore' } = options;
    const command = [process.execPath, entry(options.script ?? 'sockbench'), ...args] as const;
    const [file, words] = stdin === 'terminal' ? onTerminal(command) : [command[0], command.slice(1)];
    this.process = spawn(file, words, {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...options.env },
      stdio: [stdin === 'ignore' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#closed = once(this.process, 'close').then(([code]: (number | null)[]) => code ?? null);
    onTestFinished(async () => {
      this.process.kill('SIGKILL');
      await this.#closed;
    });
  }

  /** Writes text to its stdin, a terminal or a pipe. */
  type(text: string): void {
    this.process.stdin?.write(text);
  }

  /** Closes the pipe to its stdin. */
  endInput(): void {
    this.process.stdin?.end();
  }

  /** Resolves when its output so far matches. @throws {Error} when it ends first. */
  async waitForOutput(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stderr'): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this[stream].match(pattern);
      if (match) return match;
      const more = await Promise.race([once(this.process[stream] ?? this.process, 'data'), this.#closed]);
      if (!Array.isArray(more) && !pattern.test(this[stream])) {
        throw new Error(`ended with ${more} and never printed ${pattern}:\n${this.stdout}${this.stderr}`);
      }
    }
  }

  /** Resolves when it has ended and all its output has been read. */
  async end(): Promise<Outcome> {
    const code = await this.#closed;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs a command line of the built sockbench to its end, in a process that may have run others before. */
export function sockbench(...args: readonly string[]): Promise<Outcome> {
  return runBuilt(args);
}

/** Creates a temporary directory, which is removed when the test finishes. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sockbench-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
