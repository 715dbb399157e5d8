import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { killChild } from '../../../servers/spawning/kill-child.ts';
import { onCpus } from '../../../sockets/os/cpu.ts';
import { TargetError } from '../../model/errors.ts';

/** A program to run, and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** Number of last lines of a program's output that an error contains. */
const STDERR_LINES = 20;

/** A program that runs on one CPU and is killed by its pid. */
export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #closed: Promise<void>;
  #stdout = '';
  #stderr = '';

  constructor(name: string, [program, ...args]: CommandLine, cpu: number) {
    this.#name = name;
    // In a session of its own, so that Ctrl-C on the terminal does not end it in the middle of a round.
    this.#process = onCpus([cpu], () => spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true }));
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#closed = new Promise((resolve) => {
      this.#process.once('close', () => resolve());
      this.#process.once('error', (error) => {
        this.#stderr += `${error.message}\n`;
        resolve();
      });
    });
  }

  /** The pid; 0 when the program could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /**
   * Resolves when `ready` returns true.
   * @throws {TargetError} when the program ends first, or it takes longer than `limitMs`.
   */
  async until(ready: () => boolean, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!ready()) {
      if (this.#ended) throw this.#failure('ended before it was ready');
      if (performance.now() > deadline) throw this.#failure(`was not ready after ${limitMs / 1000} s`);
      await sleep(10);
    }
  }

  /**
   * Resolves with the standard output when the program has exited with status 0. After `limitMs` the program is killed.
   * @throws {TargetError} when it failed or took too long.
   */
  async output(limitMs: number): Promise<string> {
    let late = false;
    const alarm = setTimeout(() => {
      late = true;
      killChild(this.#process, 'SIGKILL');
    }, limitMs);
    await this.#closed;
    clearTimeout(alarm);
    if (late) throw this.#failure(`took longer than ${limitMs / 1000} s`);
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== 0) throw this.#failure(signalCode ? `was ended by ${signalCode}` : `ended with ${exitCode}`);
    return this.#stdout;
  }

  /** Kills the program and resolves when it has ended. */
  async stop(): Promise<void> {
    killChild(this.#process, 'SIGKILL');
    await this.#closed;
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null || this.#process.pid === undefined;
  }

  #failure(what: string): TargetError {
    const lines = `${this.#stdout}${this.#stderr}`.trimEnd().split('\n').slice(-STDERR_LINES);
    return new TargetError(`${this.#name} ${what}`, lines);
  }
}
