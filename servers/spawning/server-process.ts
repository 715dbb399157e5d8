import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SocketAddress } from '../../sockets/address.ts';
import type { RunningServer, WorkerEnded } from '../contract.ts';
import { type Hub, hubStdio } from '../rooms/hub.ts';
import type { HostMessage, HostSpec } from './host-messages.ts';
import { killChild } from './kill-child.ts';
import { serverEnvironment } from './server-environment.ts';
import { howProcessEnded, WorkerWatch } from './worker-watch.ts';

/** The program to run with `node PROGRAM SPEC` and an IPC channel. SPEC is a {@link HostSpec} as JSON. */
export const hostProgram = new URL('../server-main.js', import.meta.url);

/**
 * Starts a child process that runs one server. The child never outlives this process. Call it in the main thread: the
 * child dies with the thread that started it (prctl(2), PR_SET_PDEATHSIG).
 * @param hub connects the child with other processes, for an app that needs a room.
 */
export function forkServer(spec: Omit<HostSpec, 'parentPid'>, hub?: Hub): ChildProcess {
  const argument: HostSpec = { ...spec, linked: hub !== undefined, parentPid: process.pid };
  const child = fork(fileURLToPath(hostProgram), [JSON.stringify(argument)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', ...(hub ? hubStdio : [])],
    env: serverEnvironment(),
  });
  hub?.join(child);
  return child;
}

/**
 * Resolves to the server's address when it is ready.
 * @throws the error that the child reported, or that it ended without a report.
 */
export function addressOf(child: ChildProcess): Promise<SocketAddress> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: HostMessage) => {
      if (message.kind === 'ready') resolve(message.address);
      else if (message.kind === 'failed') reject(new Error(message.message));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const end = () => reject(new Error(`a server process ${howProcessEnded(code, signal)} before it was ready`));
      // The last message may arrive after the exit event.
      if (child.connected) child.once('disconnect', end);
      else end();
    });
  });
}

/** Kills a server process, which has no state to save. Resolves when it has ended. */
export function killServer(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    child.once('exit', () => resolve());
    killChild(child, 'SIGKILL');
  });
}

/** Kills all of them. Resolves when they have ended. */
export async function killServers(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(children.map(killServer));
}

/**
 * Starts processes that form one server on one port.
 * @param start adds each process to the list as soon as it starts it, and resolves to the server's address when all are
 * ready. When it rejects, all of them are killed.
 * @param workerEnded as for {@link ServerModel.start}. A process that ends is not replaced.
 */
export async function startTogether(
  start: (children: ChildProcess[]) => Promise<SocketAddress>,
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const children: ChildProcess[] = [];
  const watch = new WorkerWatch(workerEnded);
  const close = () => {
    watch.close();
    return killServers(children);
  };
  try {
    const address = await start(children);
    for (const child of children) watch.process(child, 'worker process', 'lasting');
    return { address, close };
  } catch (error) {
    await close();
    throw error;
  }
}
