import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Transport } from '../../../sockets/socket.ts';
import { freePort } from '../../measure/free-port.ts';
import { listeningSockets } from '../../measure/listening-sockets.ts';
import { packageRoot } from '../../model/package.ts';
import { Child, type CommandLine } from './child.ts';

/** What a generator reached in one run. */
export interface LoadFigures {
  readonly requestsPerSecond: number;
  /** CPU time of the whole generator process per completed request. */
  readonly cpuMicrosPerRequest: number;
}

/** What a reader received in one run. */
export interface DownloadFigures {
  readonly bytesPerSecond: number;
  /** CPU time of the whole reading process per GiB. */
  readonly cpuSecondsPerGib: number;
}

/** A load that both generators can make: a closed loop that compares every byte of an echo. */
export interface LimitCase {
  readonly transport: Transport;
  /** TCP: connections with one request in flight each. UDP: datagrams in flight on one socket. */
  readonly inFlight: number;
  readonly size: number;
}

/** A server on this machine that is a load's target. */
export interface LoadedServer {
  readonly port: number;
  /** Pid of the server process. */
  readonly pid: number;
}

/** A server that runs in its own process. */
export interface ReferenceServer extends LoadedServer {
  stop(): Promise<void>;
}

const PROGRAMS = ['tether', 'echo_epoll', 'flood_epoll', 'blast', 'drain'] as const;
type Program = (typeof PROGRAMS)[number];

/** Longest time until a server listens. */
const START_LIMIT_MS = 5000;
/** Time that a program needs besides the measured time. */
const SPARE_MS = 10_000;

/** Reports whether a C compiler is installed. */
export function hasCompiler(): boolean {
  return spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** The programs in C that show what a machine can do. */
export class CReference {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sockbench-limit-'));

  /**
   * Compiles the programs.
   * @throws {Error} when the compiler fails.
   */
  constructor() {
    try {
      for (const name of PROGRAMS) {
        const source = fileURLToPath(new URL(`bench/lab/reference/${name}.c`, packageRoot()));
        execFileSync('cc', ['-O2', '-o', join(this.#folder, name), source], { stdio: ['ignore', 'ignore', 'inherit'] });
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Starts a program that is killed when this process ends, however this process ends. */
  tether([program, ...args]: CommandLine, cpu: number): Child {
    return new Child(program, [this.#path('tether'), String(process.pid), program, ...args], cpu);
  }

  /**
   * Starts a server: any program that takes its port as an argument.
   * @throws {TargetError} when it does not listen in time.
   */
  async listen(transport: Transport, command: (port: string) => CommandLine, cpu: number): Promise<ReferenceServer> {
    const port = await freePort('tcp');
    const child = this.tether(command(String(port)), cpu);
    try {
      await child.until(() => listeningSockets(transport, port).length > 0, START_LIMIT_MS);
    } catch (error) {
      await child.stop();
      throw error;
    }
    return { port, pid: child.pid, stop: () => child.stop() };
  }

  /** Starts the echo server for TCP and UDP on one CPU. */
  serveEcho(cpu: number): Promise<ReferenceServer> {
    return this.listen('tcp', (port) => [this.#path('echo_epoll'), port], cpu);
  }

  /** Starts the writer that never waits on one CPU. */
  serveBlast(cpu: number): Promise<ReferenceServer> {
    return this.listen('tcp', (port) => [this.#path('blast'), port], cpu);
  }

  /**
   * Runs the generator on one CPU.
   * @throws {TargetError} when it fails.
   */
  async flood({ transport, inFlight, size }: LimitCase, port: number, cpu: number, seconds: number) {
    const flags = [transport, port, inFlight, seconds, size].map(String);
    return parseFlood(await this.#run('flood_epoll', flags, cpu, seconds));
  }

  /**
   * Runs the reader on one CPU.
   * @throws {TargetError} when it fails.
   */
  async drain(port: number, cpu: number, seconds: number): Promise<DownloadFigures> {
    return parseDrain(await this.#run('drain', [String(port), String(seconds)], cpu, seconds));
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(program: Program, args: readonly string[], cpu: number, seconds: number): Promise<string> {
    return this.tether([this.#path(program), ...args], cpu).output(seconds * 1000 + SPARE_MS);
  }

  #path(program: Program): string {
    return join(this.#folder, program);
  }
}

/**
 * Parses the output of flood_epoll.
 * @throws {Error} when it has another form.
 */
export function parseFlood(output: string): LoadFigures {
  const [, rate, cpuMicros] = /^(\d+) req\/s .* cpu ([\d.]+) us\/req$/m.exec(output) ?? [];
  if (rate === undefined || cpuMicros === undefined) throw new Error(`unexpected output of flood_epoll: ${output}`);
  return { requestsPerSecond: Number(rate), cpuMicrosPerRequest: Number(cpuMicros) };
}

/**
 * Parses the output of drain.
 * @throws {Error} when it has another form.
 */
export function parseDrain(output: string): DownloadFigures {
  const [, bytes, cpuSeconds] = /^(\d+) bytes\/s cpu ([\d.]+) s\/GiB$/m.exec(output) ?? [];
  if (bytes === undefined || cpuSeconds === undefined) throw new Error(`unexpected output of drain: ${output}`);
  return { bytesPerSecond: Number(bytes), cpuSecondsPerGib: Number(cpuSeconds) };
}
