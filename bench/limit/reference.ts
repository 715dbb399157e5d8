import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onCpus } from '../../sockets/cpu.ts';
import { packageRoot } from '../model/package.ts';

/** What a generator reached in one run. */
export interface LoadFigures {
  readonly requestsPerSecond: number;
  /** CPU time of the whole generator process for each completed request. */
  readonly cpuMicrosPerRequest: number;
}

/** A load that both generators can make: closed loop, every byte of an echo compared. */
export interface LimitCase {
  readonly transport: 'tcp' | 'udp';
  /** TCP: connections with one request in flight each. UDP: datagrams in flight on one socket. */
  readonly inFlight: number;
  readonly size: number;
}

/** Is there a C compiler? */
export function hasCompiler(): boolean {
  return spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** The programs in C that mark what a machine can do: an echo server and a closed-loop generator, both on epoll. */
export class CReference {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sockbench-limit-'));

  /** Compiles them. @throws when the compiler refuses. */
  constructor() {
    for (const name of ['echo_epoll', 'flood_epoll']) {
      const source = fileURLToPath(new URL(`bench/reference/${name}.c`, packageRoot()));
      execFileSync('cc', ['-O2', '-o', join(this.#folder, name), source], { stdio: ['ignore', 'ignore', 'inherit'] });
    }
  }

  /** Starts the echo server, TCP and UDP, on one CPU. @returns its process and port. */
  async serve(cpu: number): Promise<{ readonly server: ChildProcess; readonly port: number }> {
    const port = await freePort();
    const program = join(this.#folder, 'echo_epoll');
    const server = onCpus([cpu], () => spawn(program, [String(port)], { stdio: ['ignore', 'ignore', 'inherit'] }));
    for (let attempts = 0; !(await answers(port)); attempts++) {
      if (server.exitCode !== null || attempts > 500) throw new Error('the reference server did not start');
      await sleep(10);
    }
    return { server, port };
  }

  /** Runs the generator on one CPU. @throws when it fails or prints what it should not. */
  async flood(
    { transport, inFlight, size }: LimitCase,
    port: number,
    cpu: number,
    seconds: number,
  ): Promise<LoadFigures> {
    const program = join(this.#folder, 'flood_epoll');
    const flags = [transport, port, inFlight, seconds, size].map(String);
    const child = onCpus([cpu], () => spawn(program, flags, { stdio: ['ignore', 'pipe', 'inherit'] }));
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child, 'close');
    const [, rate, cpuMicros] = /^(\d+) req\/s .* cpu ([\d.]+) us\/req/.exec(output) ?? [];
    if (rate === undefined || cpuMicros === undefined) throw new Error(`the reference generator said: ${output}`);
    return { requestsPerSecond: Number(rate), cpuMicrosPerRequest: Number(cpuMicros) };
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
