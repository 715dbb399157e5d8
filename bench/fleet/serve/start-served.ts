import { whyReflects } from '../../../servers/apps/reflection.ts';
import { whyUnavailable } from '../../../servers/model-availability.ts';
import { whyNotCarried } from '../../../servers/model-catalog.ts';
import type { ForeignServer } from '../../model/configuration.ts';
import { whyNotStarted } from '../../model/left-out.ts';
import { allowOpenFiles } from '../../run/open-files.ts';
import type { RunningTarget } from '../../run/running-target.ts';
import { meterOf } from '../../run/server-meter.ts';
import { startTarget } from '../../run/start-target.ts';
import type { ServerAnswer, ServerQuestion, Serving } from '../model/serving.ts';

/** What the owner of a machine lets controllers start, and where. */
export interface Served {
  /** Own IP address on which servers listen. */
  readonly listenOn: string;
  /** Commands by the names that controllers know. */
  readonly commands: ReadonlyMap<string, string>;
}

/** Returns why a server is not started here; undefined when it is. */
export function whyNotServed({ server, app, transport }: Serving, { listenOn, commands }: Served): string | undefined {
  if (server.kind === 'model') {
    const why = whyUnavailable(server.model) ?? whyNotCarried(server.model, app, transport);
    if (why !== undefined) return `it can't serve ${app} by ${server.model} over ${transport}: ${why}`;
    const risk = whyReflects(app, transport, listenOn);
    return risk === undefined ? undefined : `it does not serve this: ${risk}`;
  }
  const command = commands.get(server.name);
  if (command === undefined) return `its owner lists no command ${server.name} (--serve-command)`;
  const why = whyNotStarted(command, transport);
  return why === undefined ? undefined : `it can't start ${server.name} over ${transport}: ${why}`;
}

/**
 * Starts a server for a controller.
 * @param signal ends the wait for it.
 * @throws {TargetError} when it does not start. @throws {ConfigurationError} when it may not open enough files.
 */
export async function startServed(
  { server, app, transport, work, streamKey, balance, connections }: Serving,
  { listenOn, commands }: Served,
  signal: AbortSignal,
): Promise<RunningTarget> {
  // The server inherits the limit.
  allowOpenFiles(connections);
  const options = {
    ...{ app, transport, host: listenOn, signal },
    // The affinity of this process decides: taskset(1), or CPUAffinity of systemd.
    cpus: [],
    ...(work !== null && { work }),
    ...(streamKey !== null && { streamKey }),
    ...(balance !== null && { balance }),
  };
  if (server.kind === 'model') return startTarget(server, options);
  const { name, startLimitMs } = server;
  const command: ForeignServer = { kind: 'exec', name, command: commands.get(name) ?? '', startLimitMs };
  return startTarget(command, options);
}

/** Answers a question of a controller about a server. @throws {TargetError} when a part of it is known to have failed. */
export async function answerOf(target: RunningTarget, question: ServerQuestion): Promise<ServerAnswer> {
  switch (question.kind) {
    case 'read':
      return { kind: 'read', reading: await meterOf(target).read(...question.gauges) };
    case 'watch':
      target.watch(question.clientsStay);
      return { kind: 'watch' };
    case 'lost':
      return { kind: 'lost', lost: (await target.lost()).map((clause) => clause.slice(0, 500)) };
  }
}
