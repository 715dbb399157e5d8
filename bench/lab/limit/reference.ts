import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Transport } from '../../../sockets/socket.ts';
import { whyNoUring } from '../../../sockets/uring/availability.ts';
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

/** What a program of another project printed, and what it used. */
export interface Usage {
  readonly output: string;
  /** CPU time of the process with all its threads, from its start to its end. */
  readonly cpuMicros: number;
}

/** Generators in C that send 64 bytes and take `PORT CONNECTIONS SECONDS`. */
export type SpecialFlood = 'flood_uring' | 'flood_udp' | 'flood_short';

type OrdinaryProgram = 'tether' | 'usage' | 'echo_epoll' | 'echo_websocket' | 'flood_epoll' | 'blast' | 'drain';
type Program = OrdinaryProgram | SpecialFlood;

/** Longest time until a server listens. */
const START_LIMIT_MS = 5000;
/** Time that a program needs besides the measured time. */
const SPARE_MS = 10_000;

/** Reports whether a C compiler is installed. */
export function hasCompiler(): boolean {
  return spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** The programs in C that show what a machine can do. Each is compiled when it is first used. */
export class CReference {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sockbench-limit-'));
  readonly #compiled = new Set<Program>();

  /**
   * Compiles flood_uring, which needs a library that few machines have.
   * @returns why it cannot run; undefined when it can.
   * @throws {Error} when the compiler fails for another reason.
   */
  whyNoFloodUring(): string | undefined {
    const refusal = whyNoUring();
    if (refusal !== undefined) return refusal;
    const printed = this.#compile('flood_uring');
    if (printed === undefined) return undefined;
    if (/liburing\.h|-luring/.test(printed)) return 'liburing was not found; Debian has it in the package liburing-dev';
    throw new Error(`flood_uring.c could not be compiled: ${printed}`);
  }

  /** Creates a folder for the files of a server. {@link dispose} deletes it. */
  createFolder(name: string): string {
    return mkdtempSync(join(this.#folder, `${name}-`));
  }

  /** Starts a program that is killed when this process ends, however this process ends. */
  tether([program, ...args]: CommandLine, cpu: number): Child {
    return new Child(program, [this.#path('tether'), String(process.pid), program, ...args], cpu);
  }

  /**
   * Runs a program of another project on one CPU until it ends.
   * @throws {TargetError} when it fails, or takes longer than `limitMs`.
   */
  async runPeer(command: CommandLine, cpu: number, limitMs: number): Promise<Usage> {
    const [program] = command;
    const tethered = [this.#path('tether'), String(process.pid), this.#path('usage'), ...command] as const;
    return parseUsage(await new Child(program, tethered, cpu).output(limitMs));
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

  /** Starts the echo server for WebSocket on one CPU. */
  serveWebSocketEcho(cpu: number): Promise<ReferenceServer> {
    return this.listen('tcp', (port) => [this.#path('echo_websocket'), port], cpu);
  }

  /** Starts the writer that never waits on one CPU. */
  serveBlast(cpu: number): Promise<ReferenceServer> {
    return this.listen('tcp', (port) => [this.#path('blast'), port], cpu);
  }

  /**
   * Runs flood_epoll on one CPU.
   * @throws {TargetError} when it fails.
   */
  async flood({ transport, inFlight, size }: LimitCase, port: number, cpu: number, seconds: number) {
    const flags = [transport, port, inFlight, seconds, size].map(String);
    return parseFlood(await this.#run('flood_epoll', flags, cpu, seconds));
  }

  /**
   * Runs another generator on one CPU.
   * @param connections TCP connections, or UDP sockets.
   * @throws {TargetError} when it fails.
   */
  async floodBy(program: SpecialFlood, connections: number, port: number, cpu: number, seconds: number) {
    return parseFlood(await this.#run(program, [port, connections, seconds].map(String), cpu, seconds));
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

  /** Returns the path of a program. @throws {Error} when it cannot be compiled. */
  #path(program: Program): string {
    const printed = this.#compiled.has(program) ? undefined : this.#compile(program);
    if (printed !== undefined) throw new Error(`${program}.c could not be compiled: ${printed}`);
    return join(this.#folder, program);
  }

  /** Compiles a program. @returns what the compiler printed when it failed. */
  #compile(program: Program): string | undefined {
    const libraries = program === 'flood_uring' ? ['-luring'] : [];
    const flags = ['-O2', '-o', join(this.#folder, program), sourceOf(program), ...libraries];
    const { status, stderr, error } = spawnSync('cc', flags, { encoding: 'utf8' });
    if (status !== 0) return stderr || `${error}`;
    this.#compiled.add(program);
    return undefined;
  }
}

function sourceOf(program: Program): string {
  return fileURLToPath(new URL(`bench/lab/reference/${program}.c`, packageRoot()));
}

/** A number as C prints it; what a request costs is infinite where a busy machine gave no time to any. */
const COST = String.raw`[\d.]+|inf|-?nan`;

function costOf(printed: string): number {
  return /^\d/.test(printed) ? Number(printed) : Number.POSITIVE_INFINITY;
}

/**
 * Parses the output of a generator in C.
 * @throws {Error} when it has another form.
 */
export function parseFlood(output: string): LoadFigures {
  const [, rate, cpuMicros] = new RegExp(`^(\\d+) req/s .* cpu (${COST}) us/req$`, 'm').exec(output) ?? [];
  if (rate === undefined || cpuMicros === undefined) throw new Error(`unexpected output of a generator: ${output}`);
  return { requestsPerSecond: Number(rate), cpuMicrosPerRequest: costOf(cpuMicros) };
}

/**
 * Parses the output of drain.
 * @throws {Error} when it has another form.
 */
export function parseDrain(output: string): DownloadFigures {
  const [, bytes, cpuSeconds] = new RegExp(`^(\\d+) bytes/s cpu (${COST}) s/GiB$`, 'm').exec(output) ?? [];
  if (bytes === undefined || cpuSeconds === undefined) throw new Error(`unexpected output of drain: ${output}`);
  return { bytesPerSecond: Number(bytes), cpuSecondsPerGib: costOf(cpuSeconds) };
}

/**
 * Separates the output of a program from the line that usage.c appends.
 * @throws {Error} when that line is missing.
 */
export function parseUsage(text: string): Usage {
  const [, output, cpuMicros] = /^(.*)\ncpu (\d+) us\n$/s.exec(text) ?? [];
  if (output === undefined || cpuMicros === undefined) throw new Error(`unexpected output of usage: ${text}`);
  return { output, cpuMicros: Number(cpuMicros) };
}
