import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';
import { exitNow } from '../../sockets/os/process.ts';
import type { WorkerEnded } from '../contract.ts';

/**
 * The role of a thread or process, which decides what its end means.
 * - `vital`: without it clients would wait forever, so this process ends, too, with exit code 1.
 * - `lasting`: it lasts as long as the server, and the others continue to serve without it.
 * - `conversation`: it ends with its client. Only an error, an exit code other than 0 or a signal is reported.
 */
type WorkerRole = 'vital' | 'lasting' | 'conversation';

/** Watches the threads and processes of one server, and reports those that end although the server did not end them. */
export class WorkerWatch {
  readonly #ended: WorkerEnded;
  #closing = false;

  /** @param ended receives each report. Default: a line on stderr. */
  constructor(ended: WorkerEnded = (how) => process.stderr.write(`${how}\n`)) {
    this.#ended = ended;
  }

  /** Stops reporting, because the server is closing. */
  close(): void {
    this.#closing = true;
  }

  /** Watches a thread that is ready. @param name which one it is, for the report. */
  thread(thread: Worker, name: string, role: WorkerRole): void {
    let failure: Error | undefined;
    thread.on('error', (error) => {
      failure = error as Error;
    });
    const exited = (code: number) => {
      if (failure === undefined && code === 0 && role === 'conversation') return;
      const how = failure === undefined ? `ended with code ${code}` : `failed: ${failure.message}`;
      this.#report(`${name} ${how}`, role, failure);
    };
    // An ended thread has no id, and emits no further event.
    if (thread.threadId === -1) exited(0);
    else thread.once('exit', exited);
  }

  /** Watches a child process. @param name what kind it is of, for the report; its pid is added. */
  process(child: ChildProcess, name: string, role: Exclude<WorkerRole, 'vital'>): void {
    const exited = (code: number | null, signal: NodeJS.Signals | null) => {
      // This process itself has killed it.
      if (child.killed || (code === 0 && role === 'conversation')) return;
      this.#report(`${name} ${child.pid} ${howProcessEnded(code, signal)}`, role);
    };
    if (child.exitCode !== null || child.signalCode !== null) exited(child.exitCode, child.signalCode);
    else child.once('exit', exited);
  }

  #report(how: string, role: WorkerRole, failure?: Error): void {
    if (this.#closing) return;
    this.#ended(how);
    if (failure?.stack !== undefined) process.stderr.write(`${failure.stack}\n`);
    // Not by an exception: Node would wait for the other threads, some of which block.
    if (role === 'vital') exitNow(1);
  }
}

/** Returns how a process ended, as a clause: by its exit code, or by the signal that killed it. */
export function howProcessEnded(code: number | null, signal: string | null): string {
  return signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
}
