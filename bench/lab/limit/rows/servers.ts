import { fileURLToPath } from 'node:url';
import { whyUnavailable } from '../../../../servers/model-availability.ts';
import type { ModelName } from '../../../../servers/model-catalog.ts';
import type { Random } from '../../../../servers/random/streams.ts';
import type { HostSpec } from '../../../../servers/spawning/host-messages.ts';
import { hostProgram } from '../../../../servers/spawning/server-process.ts';
import type { Transport } from '../../../../sockets/socket.ts';
import type { Figure, Measured } from '../figure.ts';
import { closedLoop } from '../loads.ts';
import { run } from '../ours.ts';
import type { CReference, LimitCase, LoadedServer, ReferenceServer } from '../reference.ts';
import type { LimitRow, Setting } from '../row.ts';
import { inTurn } from '../turns.ts';

/** The models that are expected to serve as fast as C. */
const MODELS = ['epoll', 'io-uring'] as const satisfies readonly ModelName[];

const LOADS: Readonly<Record<Transport, LimitCase>> = {
  tcp: { transport: 'tcp', inFlight: 50, size: 64 },
  udp: { transport: 'udp', inFlight: 32, size: 64 },
};
const TRANSPORTS = ['tcp', 'udp'] as const;

/** A model that is compared with C over a transport. */
interface Contest {
  readonly model: ModelName;
  readonly transport: Transport;
}

interface Entrant {
  readonly contest: Contest;
  readonly server: ReferenceServer;
}

/** Runs our generator against a server. */
type Loaded = () => ReturnType<typeof run>;

const contests: readonly Contest[] = TRANSPORTS.flatMap((transport) => MODELS.map((model) => ({ model, transport })));

/** Compares echo servers: our models with `echo_epoll.c`, all under the load of our generator. */
export const servers = {
  name: 'servers',
  title: 'Servers, echo of 64 B: TCP with 50 connections, UDP with 32 in flight',
  figures: Object.assign({}, ...contests.map(figuresOf), ...TRANSPORTS.map(referenceFigures)) as Record<string, Figure>,
  async prepare(setting) {
    const { reference, serverCpu } = setting;
    const ours: Entrant[] = [];
    const c = await reference.serveEcho(serverCpu);
    const close = async () => {
      await Promise.all([c, ...ours.map(({ server }) => server)].map((server) => server.stop()));
    };
    try {
      for (const contest of contests) {
        if (whyUnavailable(contest.model) !== undefined) continue;
        ours.push({ contest, server: await startEcho(reference, contest, serverCpu) });
      }
      return { notes: MODELS.flatMap(noteOnAbsence), measure: (random) => measure(random, setting, c, ours), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
} as const satisfies LimitRow;

function noteOnAbsence(model: ModelName): string[] {
  const reason = whyUnavailable(model);
  return reason === undefined ? [] : [`${model} was not measured: ${reason}`];
}

/** Starts a model as C is started: in its own session, for which a busy machine's scheduler reserves time. */
function startEcho(reference: CReference, { model, transport }: Contest, cpu: number): Promise<ReferenceServer> {
  const spec = { model, transport, app: 'echo', host: '127.0.0.1', parentPid: process.pid } as const;
  return reference.listen(
    transport,
    (port) => {
      const host: HostSpec = { ...spec, port: Number(port) };
      return [process.execPath, fileURLToPath(hostProgram), JSON.stringify(host)];
    },
    cpu,
  );
}

/** Measures one round: C and the models in turn over TCP, then over UDP. */
async function measure(
  random: Random,
  { loadCpu, seconds }: Setting,
  c: LoadedServer,
  ours: readonly Entrant[],
): Promise<Measured> {
  const measured: Record<string, number> = {};
  for (const transport of TRANSPORTS) {
    const under =
      (server: LoadedServer): Loaded =>
      () =>
        run(closedLoop(LOADS[transport]), server, loadCpu, seconds);
    const contestants: { c: Loaded; [name: string]: Loaded } = { c: under(c) };
    for (const { contest, server } of ours) {
      if (contest.transport === transport) contestants[nameOf(contest)] = under(server);
    }
    const { c: reference, ...models } = await inTurn(random, contestants);
    const referenceRate = reference.report.requestsPerSecond;
    for (const [name, { report, serverCpuMicrosPerRequest }] of Object.entries(models)) {
      measured[`${name}RateRatio`] = report.requestsPerSecond / referenceRate;
      measured[`${name}Rate`] = report.requestsPerSecond;
      measured[`${name}CpuMicros`] = serverCpuMicrosPerRequest;
    }
    measured[`${transport}ReferenceRate`] = referenceRate;
    measured[`${transport}ReferenceCpuMicros`] = reference.serverCpuMicrosPerRequest;
  }
  return measured;
}

function nameOf({ model, transport }: Contest): string {
  return `${transport}-${model}`;
}

function figuresOf(contest: Contest): Record<string, Figure> {
  const name = nameOf(contest);
  const title = `${contest.transport.toUpperCase()} ${contest.model}`;
  return {
    [`${name}RateRatio`]: { title: `${title}: requests/s, ÷ C`, unit: 'ratio', atLeast: 0.9 },
    [`${name}Rate`]: { title: `${title}: requests/s`, unit: 'perSecond' },
    [`${name}CpuMicros`]: { title: `${title}: server CPU per request`, unit: 'micros' },
  };
}

function referenceFigures(transport: Transport): Record<string, Figure> {
  const title = `${transport.toUpperCase()} C`;
  return {
    [`${transport}ReferenceRate`]: { title: `${title}: requests/s`, unit: 'perSecond' },
    [`${transport}ReferenceCpuMicros`]: { title: `${title}: server CPU per request`, unit: 'micros' },
  };
}
