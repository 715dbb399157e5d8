import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Served } from '../../servers/apps/catalog.ts';
import { type HostMessage, type HostSpec, hostProgram } from '../../servers/host.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { onCpus } from '../../sockets/cpu.ts';
import { processTree } from '../measure/procfs.ts';
import type { TargetSpec } from '../model/configuration.ts';
import { TargetError } from '../model/errors.ts';

/** Something that answers at an address. */
export interface RunningTarget {
  readonly address: SocketAddress;
  /** Root of the process tree to account for; null when the target is not ours. */
  readonly pid: number | null;
  /** Rejects with a {@link TargetError} when the target ends by itself; never resolves. */
  readonly died: Promise<never>;
  /** Stops it, by force if need be, and resolves when it is gone. Never rejects. */
  stop(): Promise<void>;
}

export interface TargetOptions extends Served {
  readonly transport: TransportName;
  /** CPUs to run on; empty leaves that to the kernel. */
  readonly cpus: readonly number[];
}

/** Starting a process takes about 0.1 s; this is for machines that are overloaded. */
const START_LIMIT_MS = 15_000;
/** A server promises to stop within 2 s. */
const STOP_LIMIT_MS = 2_500;
const STDERR_LINES = 20;

/**
 * Starts what a trial measures, freshly, and waits until it answers.
 * @throws {TargetError} when it does not start; says why and holds its last words.
 */
export async function startTarget(target: TargetSpec, options: TargetOptions): Promise<RunningTarget> {
  if (target.kind === 'address') {
    return { address: target.address, pid: null, died: new Promise(() => {}), stop: async () => {} };
  }
  return startHost(
    { model: target.model, host: '127.0.0.1', port: 0, parentPid: process.pid, ...options },
    options.cpus,
  );
}

async function startHost(spec: HostSpec, cpus: readonly number[]): Promise<RunningTarget> {
  const child = onCpus(cpus, () =>
    spawn(process.execPath, [fileURLToPath(hostProgram), JSON.stringify(spec)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }),
  );
  const stderr = lastLines(child);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ? `was killed by ${signal}` : `exited with code ${code}`));
  });
  const stop = () => stopProcess(child, exited);
  const died = exited.then((how): never => {
    throw new TargetError(`server ${spec.model} ${how}`, stderr);
  });
  died.catch(() => undefined);
  try {
    const message = await Promise.race([firstMessage(child), died, startLimit(spec.model, stderr)]);
    if (message.kind === 'failed')
      throw new TargetError(`server ${spec.model} could not start: ${message.message}`, stderr);
    return { address: message.address, pid: child.pid ?? null, died, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstMessage(child: ChildProcess): Promise<HostMessage> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as HostMessage)));
}

function startLimit(model: string, stderr: readonly string[]): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(
      () => reject(new TargetError(`server ${model} was not ready after ${START_LIMIT_MS / 1000} s`, stderr)),
      START_LIMIT_MS,
    ).unref();
  });
}

/** An array that always holds the last lines that a process wrote on stderr. */
function lastLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  let partial = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (partial + text).split('\n');
    partial = (parts.pop() ?? '').slice(-2000);
    lines.push(...parts.map((line) => line.slice(0, 2000)));
    lines.splice(0, Math.max(0, lines.length - STDERR_LINES));
  });
  return lines;
}

async function stopProcess(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const tree = process.platform === 'linux' ? processTree(child.pid) : [child.pid];
  child.kill('SIGTERM');
  const timer = setTimeout(() => {
    for (const pid of tree) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
  }, STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
