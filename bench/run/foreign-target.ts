import { setTimeout as sleep } from 'node:timers/promises';
import { basicTransport } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { freePort } from '../measure/free-port.ts';
import { holdSocket, listeningOnPath, listeningSockets } from '../measure/listening-sockets.ts';
import type { ForeignServer } from '../model/configuration.ts';
import { type ForeignSpec, foreignProgram } from './foreign-command.ts';
import { judgeEnds } from './process-ends.ts';
import { LOOPBACK, type RunningTarget, type TargetOptions } from './running-target.ts';
import { ServerProcess } from './server-process.ts';
import { WatchedProcesses } from './watched-processes.ts';

const POLL_MS = 5;
/**
 * Pause between polls, in durations of a poll. Reading the socket tables takes milliseconds of CPU time where many
 * connections have just ended, and the command needs the CPU to start.
 */
const POLL_REST = 4;
/**
 * Polls that may find a listener outside the process tree: a process that is just daemonizing may be missed once or
 * twice.
 */
const STRANGE_POLLS = 10;

/** Where a command is to listen. */
interface Place {
  readonly address: SocketAddress;
  /** The same, in messages. */
  readonly name: string;
  /** Values of the placeholders of commands. */
  readonly values: Readonly<Record<string, string>>;
  /** Returns the inodes of the sockets that listen there. */
  readonly listening: () => string[];
}

async function placeFor({
  transport,
  path,
  host = LOOPBACK,
}: Pick<TargetOptions, 'transport' | 'path' | 'host'>): Promise<Place> {
  if (path !== undefined) {
    const values = { path, transport };
    return { address: { path }, name: path, values, listening: () => listeningOnPath(path) };
  }
  const basis = basicTransport(transport);
  const port = await freePort(basis, host);
  return {
    address: { host, port },
    name: `${transport} port ${port} of ${host}`,
    values: { port: String(port), host, transport },
    listening: () => listeningSockets(basis, port, host),
  };
}

/**
 * Starts a foreign command as a server, and waits until it listens where it was told to. The check reads the kernel's
 * socket tables and does not connect: a server that serves a single connection must not spend it on a probe.
 * @throws {TargetError} when the command ends first, when it does not listen in time, and when a process that it did
 * not start listens there.
 */
export async function startForeign(target: ForeignServer, options: TargetOptions): Promise<RunningTarget> {
  const { cpus, signal } = options;
  const place = await placeFor(options);
  const spec: ForeignSpec = {
    command: fillIn(target.command, place.values),
    directory: target.directory,
    extraCertificates: process.env.NODE_EXTRA_CA_CERTS,
  };
  const server = new ServerProcess(target.name, foreignProgram, spec, cpus);
  // The first process supervises the command and is not part of the server.
  const pids = () => server.tree().slice(1);
  await server.until(
    (over) => untilListening(place, server, pids, over),
    target.startLimitMs,
    signal,
    `did not listen on ${place.name} (--start-timeout)`,
  );
  const processes = new WatchedProcesses();
  processes.add(pids(), true);
  return {
    address: place.address,
    pids,
    died: server.died,
    watch: (clientsStay) => processes.add(pids(), clientsStay),
    async lost() {
      const { failed, unknown } = judgeEnds(processes.ended());
      if (failed.length > 0) throw server.failure(`is no longer complete: ${failed.join('; ')}`);
      return unknown;
    },
    async stop() {
      processes.forget();
      await server.stop();
    },
  };
}

/** Resolves when a process of the server listens. @throws {TargetError} when only another process does. */
async function untilListening(
  { name, listening }: Place,
  server: ServerProcess,
  pids: () => readonly number[],
  over: AbortSignal,
): Promise<void> {
  let begin = performance.now();
  const rest = () => sleep(Math.max(POLL_MS, POLL_REST * (performance.now() - begin)));
  for (let strange = 0; !over.aborted; await rest()) {
    begin = performance.now();
    const inodes = listening();
    if (inodes.length === 0) continue;
    // Check every socket: another process that shares the port would take a part of the load.
    if (inodes.every((inode) => holdSocket(pids(), [inode]) !== false)) return;
    if (++strange < STRANGE_POLLS) continue;
    throw server.failure(
      `does not serve ${name}: a process that it did not start listens there; ` +
        'to measure a server that runs elsewhere, such as in a container, use --target',
    );
  }
}

/** Replaces each `{name}` that has a value in a command; other braces belong to the shell. */
export function fillIn(command: string, values: Readonly<Record<string, string>>): string {
  return command.replace(
    /\{(\w+)\}/g,
    (whole, name: string) => (Object.hasOwn(values, name) ? values[name] : whole) ?? whole,
  );
}
