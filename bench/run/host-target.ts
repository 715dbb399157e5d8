import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { DEFAULT_TIME_LIMITS } from '../../servers/apps/http/time-limits.ts';
import type { ServerSpec } from '../../servers/contract.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { HOST_QUESTION, type HostMessage, type HostSpec } from '../../servers/spawning/host-messages.ts';
import { hostProgram } from '../../servers/spawning/server-process.ts';
import { LOOPBACK, type RunningTarget, type TargetOptions } from './running-target.ts';
import { ServerProcess } from './server-process.ts';

/** Starting a process takes about 0.1 s; the limit allows for overloaded machines. */
const START_LIMIT_MS = 15_000;

/** Connections may be idle because the rate is low, so the server must not close them. */
const TIME_LIMITS = { ...DEFAULT_TIME_LIMITS, idleMs: 0 };
const NOTHING = Promise.resolve([]);

/** Starts a built-in model in its own process, to be measured. @throws {TargetError} when it does not start. */
export function startHost(model: ModelName, options: TargetOptions): Promise<RunningTarget> {
  const { cpus, signal, host = LOOPBACK, ...served } = options;
  return startHostOf(model, { ...served, timeLimits: TIME_LIMITS, host, port: 0 }, cpus, signal);
}

/**
 * Starts a built-in model in its own process, which ends with this one.
 * @param cpus CPUs to run on; empty: the kernel chooses.
 * @param signal ends the wait for the server to start.
 * @throws {TargetError} when it does not start.
 */
export async function startHostOf(
  model: ModelName,
  served: ServerSpec,
  cpus: readonly number[],
  signal: AbortSignal,
): Promise<RunningTarget> {
  const spec: HostSpec = { model, ...served, parentPid: process.pid };
  const server = new ServerProcess(model, hostProgram, spec, cpus);
  const { child, died } = server;
  const address = async () => {
    const [message] = (await once(child, 'message')) as [HostMessage];
    if (message.kind === 'ready') return message.address;
    throw server.failure(message.kind === 'failed' ? `could not start: ${message.message}` : 'could not start');
  };
  child.on('message', (message: HostMessage) => {
    if (message.kind === 'ended') server.fail(`is no longer complete: ${message.how}`);
  });
  return {
    address: await server.until(address, START_LIMIT_MS, signal),
    pids: () => server.tree(),
    died,
    watch: () => undefined,
    async lost() {
      const answered = answerOf(child);
      // When sending fails, the process has ended, and `died` rejects.
      child.send(HOST_QUESTION, () => undefined);
      await Promise.race([answered, died]);
      // Messages arrive in order, so all reports sent before the answer have been received.
      return Promise.race([died, NOTHING]);
    },
    stop: () => server.stop(),
  };
}

function answerOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const receive = ({ kind }: HostMessage) => {
      if (kind !== 'answer') return;
      child.off('message', receive);
      resolve();
    };
    child.on('message', receive);
  });
}
