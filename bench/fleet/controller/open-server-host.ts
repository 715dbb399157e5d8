import type { RunConfiguration, ServedElsewhere } from '../../model/configuration.ts';
import type { ServeRequest, ServingMachine } from '../../model/fleet.ts';
import type { RunningTarget, TargetOptions } from '../../run/running-target.ts';
import type { ServerHost } from '../../run/server-host.ts';
import type { Running } from '../../run/while-running.ts';
import type { Bus } from '../bus/bus.ts';
import { connectToNats } from '../bus/nats-bus.ts';
import { newRunId } from '../model/identity.ts';
import { type Serving, serveReportSchema } from '../model/serving.ts';
import { servingSubject } from '../model/subjects.ts';
import { decode } from '../model/wire.ts';
import { chooseHost, type HostCard, hostsOf } from './choose-host.ts';
import { discover } from './discover.ts';
import { RemoteServer } from './remote-server.ts';

/** How long to wait for the machine of a name, and for all that have a label. */
const NAME_LIMIT_MS = 5000;
const LABEL_LIMIT_MS = 1500;

/**
 * Connects to the NATS server and chooses the machine that starts the servers of a run.
 * @throws {ServiceError} when the server cannot be reached.
 * @throws {ConfigurationError} when no machine, or not the one that was chosen, starts such servers.
 */
export async function openServerHost(
  request: ServeRequest,
  configuration: RunConfiguration,
): Promise<RemoteServerHost> {
  const { server, credentials, tls, choice, silenceMs } = request;
  const bus = await connectToNats({ url: server, credentials, tls, name: 'sockbench controller', reconnects: false });
  try {
    const isName = choice.kind === 'name';
    const cards = await discover(
      bus,
      isName ? NAME_LIMIT_MS : LABEL_LIMIT_MS,
      (found) => isName && hostsOf(choice, found).length > 0,
    );
    return new RemoteServerHost(bus, chooseHost(request, cards, configuration), silenceMs);
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** A machine that starts the servers of a run, one after the other or several at once. */
export class RemoteServerHost implements ServerHost, Running {
  readonly #bus: Bus;
  readonly #card: HostCard;
  readonly #silenceMs: number;
  readonly #run = newRunId();
  readonly #servers = new Set<RemoteServer>();
  #number = 0;
  /** Why the machine cannot be reached any more. */
  #lost: string | undefined;

  constructor(bus: Bus, card: HostCard, silenceMs: number) {
    this.#bus = bus;
    this.#card = card;
    this.#silenceMs = silenceMs;
    bus.subscribe(servingSubject(this.#run), ({ data }) => {
      const report = decode(serveReportSchema, data);
      if (report !== undefined) for (const server of this.#servers) server.receive(report);
    });
    bus.onStatus(({ kind, message }) => {
      if (kind === 'restored') return;
      this.#lost ??= `${message}; what was measured before is saved`;
      for (const server of this.#servers) server.disconnected(this.#lost);
    });
  }

  get machine(): ServingMachine {
    const { name, cpus, kernel, node } = this.#card;
    return { name, cpus, kernel, node };
  }

  async start(
    target: ServedElsewhere,
    options: Omit<TargetOptions, 'path' | 'host' | 'cpus'>,
    connections: number,
  ): Promise<RunningTarget> {
    const serving = servingOf(target, options, connections, this.#silenceMs);
    const server = new RemoteServer(this.#bus, { run: this.#run, server: ++this.#number }, this.#card, serving);
    this.#servers.add(server);
    if (this.#lost !== undefined) server.disconnected(this.#lost);
    const running = await server.ready(this.#card.serves.listenOn, options.signal);
    return {
      ...running,
      stop: async () => {
        await running.stop();
        this.#servers.delete(server);
      },
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.stop()));
    await this.#bus.close();
  }
}

function servingOf(
  target: ServedElsewhere,
  { app, transport, work, streamKey, balance }: Omit<TargetOptions, 'path' | 'host' | 'cpus'>,
  connections: number,
  silenceMs: number,
): Serving {
  // configurationFaults() refuses it.
  if (transport === 'unix') throw new TypeError('no other machine reaches a Unix-domain socket');
  return {
    server:
      target.kind === 'model'
        ? { kind: 'model', model: target.model }
        : { kind: 'owned', name: target.name, startLimitMs: target.startLimitMs },
    ...{ app, transport, connections, silenceMs },
    work: work === undefined ? null : { ...work, parts: [...work.parts] },
    streamKey: streamKey === undefined ? null : { seed: streamKey.seed, round: streamKey.round ?? 0 },
    balance: balance ?? null,
  };
}
