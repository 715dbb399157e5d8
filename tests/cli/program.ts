import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A built program of scripts/. */
function entry(script: string): string {
  return fileURLToPath(new URL(`../../dist/scripts/${script}.js`, import.meta.url));
}

interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Which of the programs in scripts/; `sockbench` without it. */
  readonly script?: string;
  /**
   * What its stdin is: nothing (the default), a pipe, or a terminal of its own, to which its stdout and stderr go as well,
   * and come back as stdout. Terminals need script(1) of util-linux.
   */
  readonly stdin?: 'ignore' | 'pipe' | 'terminal';
}

/** A command line for script(1), which has a shell run it on a terminal. Ends with the command's exit code. */
function onTerminal(command: readonly string[]): [string, string[]] {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ['script', ['--quiet', '--return', '--command', `exec ${line}`, '/dev/null']];
}

/** What a process left behind. */
export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running sockbench: a real process, ended when the test is over, however that went. */
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

  /** Types, or pipes, into it. */
  type(text: string): void {
    this.process.stdin?.write(text);
  }

  /** Ends what is piped into it. */
  endInput(): void {
    this.process.stdin?.end();
  }

  /** Resolves when its output so far matches. @throws {Error} when it ends before. */
  async says(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stderr'): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this[stream].match(pattern);
      if (match) return match;
      const more = await Promise.race([once(this.process[stream] ?? this.process, 'data'), this.#closed]);
      if (!Array.isArray(more) && !pattern.test(this[stream])) {
        throw new Error(`ended with ${more} and never said ${pattern}:\n${this.stdout}${this.stderr}`);
      }
    }
  }

  /** Resolves when it has ended and all its output was read. */
  async end(): Promise<Outcome> {
    const code = await this.#closed;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs sockbench to its end. */
export function sockbench(...args: readonly string[]): Promise<Outcome> {
  return new Program(args).end();
}

/** A directory of this test's own, gone when it is over. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sockbench-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}
