import * as z from 'zod';
import { speaksWebSocket, whyWithoutWork, workloadOf } from '../../bench/model/app-workload.ts';
import { ConfigurationError, TargetError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import { parseWork } from '../../bench/model/request-work.ts';
import type { Operator } from '../../servers/apps/app.ts';
import {
  type AppEntry,
  type AppName,
  appNames,
  apps,
  DEFAULT_APP,
  needsTerminal,
  onceOf,
} from '../../servers/apps/app-catalog.ts';
import type { HttpTimeLimits } from '../../servers/apps/http/time-limits.ts';
import { whyReflects } from '../../servers/apps/reflection.ts';
import type { ServerModel, ServerSpec } from '../../servers/contract.ts';
import { boundAddress } from '../../servers/listening/listener.ts';
import { doesBalance, loadModel, type ModelName, modelNames, whyNotCarried } from '../../servers/model-catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import { formatAddress, type SocketAddress } from '../../sockets/address.ts';
import { duration } from '../cli/amounts.ts';
import type { Command } from '../cli/command.ts';
import { oneOf, parsed, text, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { integerForm, textForm } from '../cli/option-form.ts';
import { log, print } from '../cli/output.ts';
import { chosenSeed } from '../cli/seed.ts';
import { resolveHost } from '../flags/host.ts';
import { type Place, parseListenUrl } from '../flags/listen-url.ts';
import { readWork } from '../flags/load.ts';
import { serverFlags, workFlags } from '../flags/options.ts';
import { parsePort } from '../flags/target-url.ts';
import { TerminalOperator } from '../talk/operator.ts';

/** The apps that `--once` changes. */
const appsWithOnce = appNames.filter((app) => (onceOf(app) ?? app) !== app).join(', ');

const schema = z.strictObject({
  model: oneOf('model', modelNames)
    .optional()
    .meta({ description: `One of ${modelNames.join(', ')}` }),
  app: oneOf('app', appNames)
    .prefault(DEFAULT_APP)
    .meta({ description: `App that it runs: ${appNames.join(', ')}` }),
  once: toggle().meta({ description: `With --app ${appsWithOnce}: close without reading` }),
  listen: parsed(parseListenUrl, { form: textForm }).optional().meta({
    description:
      'Where to listen: unix:///PATH, or in place of --transport, --host and --port tcp://HOST:PORT, udp, tls',
  }),
  transport: oneOf('transport', transportNames)
    .prefault('tcp')
    .meta({ description: transportNames.join(', ') }),
  port: parsed(parsePort, { form: integerForm })
    .prefault('0')
    .meta({ description: 'Port to listen on; 0 lets the system choose' }),
  host: text().prefault('127.0.0.1').meta({ description: 'Address to listen on' }),
  'allow-reflection': toggle().meta({
    description: 'Answer datagrams on an address that other machines can reach, although senders can be forged',
  }),
  'idle-timeout': duration().prefault('5m').meta({
    description: 'With HTTP: close a connection on which no request starts for this time; 0: never',
  }),
  'header-timeout': duration().prefault('60s').meta({
    description: 'With HTTP: answer 408 and close when the head of a request takes longer; 0: never',
  }),
  'request-timeout': duration().prefault('5m').meta({ description: 'The same for a whole request, with its body' }),
  ...workFlags,
  balance: serverFlags.balance.meta({ group: undefined }),
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** Limit of open files, one for each connection: the default of fs.nr_open, the most that Linux allows a process. */
const OPEN_FILES = 1_048_576;

/** The flag of each time limit. */
const TIME_LIMIT_FLAGS = {
  idleMs: 'idle-timeout',
  headerMs: 'header-timeout',
  requestMs: 'request-timeout',
} as const satisfies Record<keyof HttpTimeLimits, string>;

/** What to serve, and where. */
export interface PlannedServer {
  readonly model: ModelName;
  readonly spec: ServerSpec;
}

/** `sockbench serve`: runs one model in the foreground until a signal stops it. */
export const serve: Command<typeof schema> & { plan(flags: CommandFlags): Promise<PlannedServer> } = {
  name: 'serve',
  describe: 'Run one server in the foreground, to talk to it by hand',
  schema,
  rules: {
    displacements: [
      { given: ['listen'], displaced: ['transport', 'host', 'port'] },
      { given: ['transport', 'host', 'port'], displaced: ['listen'] },
    ],
  },
  examples: [
    ['serve --model event-driven --port 7000', 'then: sockbench connect tcp://127.0.0.1:7000; Ctrl-C stops the server'],
    ['serve --model epoll --listen unix:///tmp/echo.sock', 'on a Unix-domain socket, which only you can connect to'],
  ],
  plan,
  async run(flags) {
    const { model, spec } = await plan(flags);
    const { app, transport } = spec;
    const { raiseOpenFileLimit } = await import('../../sockets/os/process.ts');
    raiseOpenFileLimit(OPEN_FILES);
    const { stopOnSignal } = await import('../../servers/spawning/stop-on-signal.ts');
    const operator = needsTerminal(app) ? new TerminalOperator(process.stdin, print) : undefined;
    const server = await started(await loadModel(model), spec, operator);
    stopOnSignal(server);
    log(`${model} serves ${app} over ${transport} on ${formatAddress(server.address)}`);
    log(`talk to it: ${talker({ transport, app }, server.address)}   stop it: Ctrl-C`);
    return EXIT.ok;
  },
};

/** Reads what to serve, and where. @throws {ConfigurationError} with every fault. */
async function plan(flags: CommandFlags): Promise<PlannedServer> {
  const { values } = flags;
  const { model, app: chosen, balance: policy } = values;
  const place = readPlace(flags);
  const { transport } = place;
  if (!flags.isGiven('model')) flags.refuse(`--model is missing; choose one of ${modelNames.join(', ')}`);
  const once = values.once ? onceOf(chosen) : undefined;
  const app = once ?? chosen;
  if (values.once && once === undefined) flags.refuse(`--once needs --app ${appsWithOnce}`);
  const why = model && whyNotCarried(model, app, transport);
  if (why !== undefined) flags.refuse(`${model} does not serve ${app} over ${transport}: ${why}`);
  const host = await readHost(flags, app, place);
  const timeLimits = readTimeLimits(flags, app);
  const { work, cacheHit } = readWork(flags);
  const whyIdle = isOneWay(workloadOf(app) ?? '') ? `${app} answers no requests` : whyWithoutWork(app);
  if (work !== null && whyIdle !== undefined) flags.refuse(`--work: ${whyIdle}: leave it out`);
  if (policy && model && !doesBalance(model)) flags.refuse(`--balance has no effect on ${model}: leave it out`);
  flags.assertNoFaults();
  // Both are missing only with a fault.
  if (model === undefined || host === undefined) throw new ConfigurationError(['specify what to serve, and where']);
  // requestBytes is null: the length of manual requests is unknown, so each received chunk counts as one.
  const spec: ServerSpec = {
    ...place,
    app,
    host,
    timeLimits,
    ...(policy && { balance: policy }),
    streamKey: { seed: chosenSeed() },
    ...(work !== null && { work: { parts: parseWork(work), cacheHit, requestBytes: null } }),
  };
  return { model, spec };
}

/** Starts the server. @throws {TargetError} in place of a system error of the library that the model uses. */
async function started(model: ServerModel, spec: ServerSpec, operator: Operator | undefined) {
  try {
    return await model.start(spec, undefined, operator);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const code = String(error.code);
    const reason = error.message.includes(code) ? error.message : `${error.message} (${code})`;
    throw new TargetError(`can't serve on ${formatAddress(boundAddress(spec))}: ${reason}`, [], { cause: error });
  }
}

/** Reads the time limits of HTTP clients. */
function readTimeLimits(flags: CommandFlags, app: AppName): HttpTimeLimits {
  const { timeLimits = [] }: AppEntry = apps[app];
  for (const [limit, flag] of Object.entries(TIME_LIMIT_FLAGS)) {
    const applies = timeLimits.some((one) => one === limit);
    if (flags.isChosen(flag) && !applies) flags.refuse(`--${flag} has no effect on ${app}: leave it out`);
  }
  return {
    idleMs: flags.values['idle-timeout'],
    headerMs: flags.values['header-timeout'],
    requestMs: flags.values['request-timeout'],
  };
}

/** Reads where to listen: --listen, or --transport, --host and --port. */
function readPlace(flags: CommandFlags): Place {
  const { listen, transport, host, port } = flags.values;
  if (listen === undefined) {
    if (transport === 'unix') flags.refuse('--transport unix: the path is missing: use --listen unix:///PATH');
    return { transport, host, port };
  }
  for (const flag of ['transport', 'host', 'port'] as const)
    if (flags.isGiven(flag)) flags.refuse(`--${flag}: --listen names it already: leave out one of them`);
  return listen;
}

/** Reads the address to listen on. Returns undefined and records a fault when it is unusable. */
async function readHost(
  flags: CommandFlags,
  app: AppName,
  { transport, host: name, path }: Place,
): Promise<string | undefined> {
  if (path !== undefined) return name;
  try {
    const host = await resolveHost(name);
    const why = flags.values['allow-reflection'] ? undefined : whyReflects(app, transport, host);
    if (why === undefined) return host;
    const remedy = 'listen on 127.0.0.1, or add --allow-reflection if you trust everyone who can reach it';
    flags.refuse(`--host: ${why}; ${remedy}`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(`--host: ${error.message}`);
  }
  return undefined;
}

/** Returns a command that talks to a server from this machine. */
function talker({ transport, app }: Pick<ServerSpec, 'transport' | 'app'>, address: SocketAddress): string {
  const where = formatAddress(reachable(address));
  if (speaksWebSocket(app) && transport === 'unix') return `npx wscat -c ws+unix:${where}:/`;
  if (speaksWebSocket(app)) return `npx wscat ${transport === 'tls' ? '--no-check -c wss' : '-c ws'}://${where}`;
  return `sockbench connect ${transport}://${where}`;
}

/** Returns an address at which a server that listens on all interfaces is reached from this machine. */
export function reachable(address: SocketAddress): SocketAddress {
  if ('path' in address) return address;
  const { host, port } = address;
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port };
}
