import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { HttpTimeLimits } from '../../servers/apps/http/time-limits.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { StreamKey } from '../../servers/random/streams.ts';
import type { HostMessage, HostSpec } from '../../servers/spawning/host-messages.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { WorkSpec } from '../../servers/work/spec.ts';
import { asInternet, type SocketAddress } from '../../sockets/address.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import { close, openServer } from '../../sockets/socket.ts';
import { isRunning, type ProcessId, processTree } from './process-tree.ts';
import { makeSocketPath, removeSocketPath } from './socket-path.ts';
import { soon } from './until.ts';

/** The built host program: threads and child processes need JavaScript. */
export const hostPath = fileURLToPath(new URL('../../dist/servers/server-main.js', import.meta.url));

export interface ServerOptions {
  readonly model: ModelName;
  readonly transport: TransportName;
  /** Default: echo. */
  readonly app?: AppName;
  /** Default: none. */
  readonly work?: WorkSpec;
  /** Decides what is random. Default: that of the server. */
  readonly streamKey?: StreamKey;
  /** Default: those of the app. */
  readonly timeLimits?: HttpTimeLimits;
  /** Default: that of the model. */
  readonly poolThreads?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: 0, which means any. */
  readonly port?: number;
  /** Over Unix-domain sockets. Default: one in a directory of its own, which is removed with the server. */
  readonly path?: string;
  /** Whether a file is at its own path, as a server leaves it that is killed. Default: no. */
  readonly staleFile?: boolean;
  /** Added to its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a server process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly milliseconds: number;
}

/** A server in a real child process, as the harness runs it. Always call {@link ServerProcess.kill} in the end. */
export class ServerProcess {
  readonly model: ModelName;
  readonly pid: number;
  readonly address: SocketAddress;
  /** The server's reports of its threads and processes that have ended by themselves. */
  readonly reports: string[] = [];
  readonly #child: ChildProcess;
  readonly #ownPath: string | undefined;

  private constructor(model: ModelName, child: ChildProcess, address: SocketAddress, ownPath?: string) {
    this.model = model;
    this.#ownPath = ownPath;
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.address = address;
    child.on('message', (message: HostMessage) => {
      if (message.kind === 'ended') this.reports.push(message.how);
    });
  }

  /** @throws {Error} with the server's own message when it couldn't start. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const { app = 'echo', host = '127.0.0.1', port = 0, staleFile, environment, ...others } = options;
    const ownPath = options.transport === 'unix' && options.path === undefined ? makeSocketPath() : undefined;
    if (ownPath !== undefined && staleFile && whyNoLibc() === undefined) close(openServer('tcp', { path: ownPath }));
    const place = { host, port, ...(ownPath !== undefined && { path: ownPath }) };
    const spec: HostSpec = { ...others, ...place, app, parentPid: process.pid };
    const child = spawn(process.execPath, [hostPath, JSON.stringify(spec)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    });
    const gone = once(child, 'exit').then(async ([code, signal]): Promise<HostMessage> => {
      // The last message may arrive after the exit event.
      if (child.connected) await once(child, 'disconnect');
      return { kind: 'failed', message: `the host ended without a report: ${signal ?? code}` };
    });
    const reported = once(child, 'message').then(([message]) => message as HostMessage);
    try {
      const message = await soon('the host to be ready', Promise.race([reported, gone]));
      if (message.kind === 'ready') return new ServerProcess(options.model, child, message.address, ownPath);
      throw new Error(message.kind === 'failed' ? message.message : message.kind);
    } catch (error) {
      child.kill('SIGKILL');
      if (ownPath !== undefined) removeSocketPath(ownPath);
      throw error;
    }
  }

  /** Its port. @throws {TypeError} over Unix-domain sockets. */
  get port(): number {
    return asInternet(this.address).port;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Limits the host to `more` more open files than now. Processes that it starts from now on inherit the limit. Linux
   * only. Don't set it from the start: the number of module files that a program opens at once varies.
   */
  limitOpenFiles(more: number): void {
    const files = readdirSync(`/proc/${this.pid}/fd`).length;
    execFileSync('prlimit', [`--pid=${this.pid}`, `--nofile=${files + more}`]);
  }

  /** The host and all its descendants now. */
  tree(): ProcessId[] {
    return processTree(this.pid);
  }

  /** Sends a signal and waits for the end. */
  async signal(signal: NodeJS.Signals): Promise<Exit> {
    const start = performance.now();
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code, endSignal] = await soon(`the host to end by ${signal}`, exit);
    return { code, signal: endSignal, milliseconds: performance.now() - start };
  }

  /** Kills the host and all its descendants. */
  async kill(): Promise<void> {
    const tree = this.tree();
    if (this.running) await this.signal('SIGKILL');
    for (const descendant of tree) {
      if (isRunning(descendant)) process.kill(descendant.pid, 'SIGKILL');
    }
    if (this.#ownPath !== undefined) removeSocketPath(this.#ownPath);
  }
}
