import { once } from 'node:events';
import type { ModelName } from '../../servers/catalog.ts';
import { type HostMessage, type HostSpec, hostProgram } from '../../servers/host.ts';
import { DEFAULT_TIME_LIMITS } from '../../servers/http/time-limits.ts';
import type { RunningTarget, TargetOptions } from './running-target.ts';
import { ServerProcess } from './server-process.ts';

/** Starting a process takes about 0.1 s; this is for machines that are overloaded. */
const START_LIMIT_MS = 15_000;

/** Idle connections are the load's own: however low its rate, they are not closed. */
const TIME_LIMITS = { ...DEFAULT_TIME_LIMITS, idleMs: 0 };

/** Starts a built-in model. @throws {TargetError} when it does not start. */
export async function startHost(model: ModelName, { cpus, signal, ...served }: TargetOptions): Promise<RunningTarget> {
  const spec: HostSpec = {
    model,
    ...served,
    timeLimits: TIME_LIMITS,
    host: '127.0.0.1',
    port: 0,
    parentPid: process.pid,
  };
  const server = new ServerProcess(model, hostProgram, spec, cpus);
  const address = async () => {
    const [message] = (await once(server.child, 'message')) as [HostMessage];
    if (message.kind === 'failed') throw server.failure(`could not start: ${message.message}`);
    return message.address;
  };
  return {
    address: await server.until(address, START_LIMIT_MS, signal),
    pids: () => server.tree(),
    died: server.died,
    stop: () => server.stop(),
  };
}
