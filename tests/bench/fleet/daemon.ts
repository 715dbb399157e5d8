import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { processTree } from '../../../sockets/os/process-tree.ts';

const SOCKBENCH = fileURLToPath(new URL('../../../dist/scripts/sockbench.js', import.meta.url));

/** A program in the background, whose output is waited for. Call {@link end} however the test ends. */
export class Daemon {
  output = '';
  readonly #process: ChildProcess;
  readonly #printed = new EventEmitter().setMaxListeners(0);
  readonly #closed: Promise<number | null>;

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#printed.emit('more');
      });
    }
    this.#closed = once(this.#process, 'close').then(([code]: (number | null)[]) => code ?? null);
  }

  /**
   * Resolves when its output matches, from a position on.
   * @throws {Error} when it ends first.
   */
  async waitFor(pattern: RegExp, from = 0): Promise<RegExpMatchArray> {
    for (let hasEnded = false; ; ) {
      const match = this.output.slice(from).match(pattern);
      if (match) return match;
      if (hasEnded) throw new Error(`ended and never printed ${pattern}:\n${this.output}`);
      const more = new Promise<boolean>((resolve) => this.#printed.once('more', () => resolve(false)));
      hasEnded = await Promise.race([more, this.#closed.then(() => true)]);
    }
  }

  /** Pids of its processes at this moment, its own first. */
  get tree(): number[] {
    return this.#process.pid === undefined ? [] : processTree(this.#process.pid);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves with its exit code when it has ended by itself or by a signal. */
  get ended(): Promise<number | null> {
    return this.#closed;
  }

  async end(): Promise<void> {
    this.#process.kill('SIGCONT');
    this.#process.kill('SIGKILL');
    await this.#closed;
  }
}

/** A command that runs another, such as on another host: its program and first arguments. */
export type Runner = readonly string[];

interface NatsServer {
  readonly daemon: Daemon;
  readonly url: string;
  readonly port: string;
}

/** Starts a NATS server on a port that the system chooses, or on a given one. */
export async function startNats(port = '-1', host = '127.0.0.1', runner: Runner = []): Promise<NatsServer> {
  const [program = 'nats-server', ...args] = [...runner, 'nats-server', '-a', host, '-p', port];
  const daemon = new Daemon(program, args);
  const [, chosen = ''] = await daemon.waitFor(/client connections on [\d.]+:(\d+)/);
  await daemon.waitFor(/Server is ready/);
  return { daemon, url: `nats://${host}:${chosen}`, port: chosen };
}

/** Starts sockbench, by a runner if there is one. */
function startSockbench(args: readonly string[], [program = process.execPath, ...before]: Runner = []): Daemon {
  const node = program === process.execPath ? [] : [process.execPath];
  return new Daemon(program, [...before, ...node, SOCKBENCH, ...args]);
}

/** Starts an agent of one label, and waits until it serves. */
export async function startAgent(
  url: string,
  name: string,
  flags: readonly string[],
  runner?: Runner,
): Promise<Daemon> {
  const common = ['agent', '--nats', url, '--name', name, '--label', `name=${name}`];
  const daemon = startSockbench([...common, ...flags], runner);
  await daemon.waitFor(/waits for runs/);
  return daemon;
}

/** Starts a run over agents in the background. */
export function startRun(url: string, flags: readonly string[], runner?: Runner): Daemon {
  return startSockbench(['run', '--nats', url, ...flags], runner);
}

/** Starts a check over agents in the background. */
export function startCheck(url: string, flags: readonly string[]): Daemon {
  return startSockbench(['check', '--nats', url, ...flags]);
}
