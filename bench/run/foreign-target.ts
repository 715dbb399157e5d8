import { setTimeout as sleep } from 'node:timers/promises';
import { kernelTransport } from '../../servers/transport.ts';
import { freePort } from '../measure/free-port.ts';
import { holdSocket, listeningSockets } from '../measure/listening-sockets.ts';
import type { ForeignServer } from '../model/configuration.ts';
import { type ForeignSpec, foreignProgram } from './foreign-command.ts';
import { judgeEnds } from './process-ends.ts';
import type { RunningTarget, TargetOptions } from './running-target.ts';
import { ServerProcess } from './server-process.ts';
import { WatchedProcesses } from './watched-processes.ts';

const HOST = '127.0.0.1';
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

/**
 * Starts a foreign command as a server, and waits until it listens on the port that it was given. The check reads the
 * kernel's socket tables and does not connect: a server that serves a single connection must not spend it on a probe.
 * @throws {TargetError} when the command ends first, when it does not listen in time, and when a process that it did
 * not start listens on the port.
 */
export async function startForeign(target: ForeignServer, options: TargetOptions): Promise<RunningTarget> {
  const { transport, cpus, signal } = options;
  const port = await freePort(kernelTransport(transport));
  const command = fillIn(target.command, { port: String(port), host: HOST, transport });
  const spec: ForeignSpec = { command, directory: target.directory };
  const server = new ServerProcess(target.name, foreignProgram, spec, cpus);
  // The first process supervises the command and is not part of the server.
  const pids = () => server.tree().slice(1);
  const listening = async (over: AbortSignal) => {
    let begin = performance.now();
    const rest = () => sleep(Math.max(POLL_MS, POLL_REST * (performance.now() - begin)));
    for (let strange = 0; !over.aborted; await rest()) {
      begin = performance.now();
      const inodes = listeningSockets(kernelTransport(transport), port);
      if (inodes.length === 0) continue;
      // Check every socket: another process that shares the port would take a part of the load.
      if (inodes.every((inode) => holdSocket(pids(), [inode]) !== false)) return;
      if (++strange < STRANGE_POLLS) continue;
      throw server.failure(
        `does not serve ${transport} port ${port}: a process that it did not start listens there; ` +
          'to measure a server that runs elsewhere, such as in a container, use --target',
      );
    }
  };
  const late = `did not listen on ${transport} port ${port} of ${HOST} (--start-timeout)`;
  await server.until(listening, target.startLimitMs, signal, late);
  const processes = new WatchedProcesses();
  processes.add(pids(), true);
  return {
    address: { host: HOST, port },
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

/** Replaces each `{name}` that has a value in a command; other braces belong to the shell. */
export function fillIn(command: string, values: Readonly<Record<string, string>>): string {
  return command.replace(
    /\{(\w+)\}/g,
    (whole, name: string) => (Object.hasOwn(values, name) ? values[name] : whole) ?? whole,
  );
}
