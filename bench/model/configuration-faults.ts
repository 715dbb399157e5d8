import type { TransportName } from '../../servers/transport.ts';
import { appsFor, appsSpeaking, speaksWebSocket, suits, whyWithoutWork, workloadOf } from './app-workload.ts';
import {
  balanceOf,
  type ForeignServer,
  membersOf,
  type RunConfiguration,
  scenariosOf,
  type TargetSpec,
  targetName,
  transportsOf,
} from './configuration.ts';
import { engineWants } from './engine-support.ts';
import { ConfigurationError } from './errors.ts';
import { exchangeWants } from './exchange-faults.ts';
import { fleetWants, servingWants } from './fleet-faults.ts';
import { groupWants } from './group-faults.ts';
import { whyNotMeasured } from './left-out.ts';
import { isFixedSize, largestSize, smallestSize } from './message-sizes.ts';
import type { Scenario } from './operating-point.ts';
import { stageWants } from './stage-faults.ts';
import { sweepWants } from './sweep-faults.ts';
import { thresholdFaults } from './threshold-faults.ts';
import {
  type Fault,
  isWhole,
  MAX_CONNECTIONS,
  MAX_MESSAGE,
  MAX_PIPELINING,
  MAX_RATE,
  textsOf,
  unmet,
  type Want,
} from './want.ts';
import { supportWants } from './workload-support.ts';

/** Bytes of a UDP request's header: its socket, and its sequence number. */
const MIN_DATAGRAM = 8;
/** The most that UDP carries over IPv4, udp(7): 65,535 less the IP and UDP headers. */
const MAX_DATAGRAM = 65_507;
const MAX_REQUESTS = 1e12;
/** How far the sum of shares may be from 1: they are decimal fractions. */
const SHARE_TOLERANCE = 1e-9;

/** Returns every reason why a configuration cannot be run, in the user's terms; empty when it can. */
export function configurationFaults(configuration: RunConfiguration): string[] {
  return textsOf(codedFaults(configuration));
}

/** Returns the same as {@link configurationFaults}, for commands that do not report every fault as it is. */
export function codedFaults(configuration: RunConfiguration): Fault[] {
  const [first, ...others] = byApp(configuration);
  const faults = first === undefined ? [] : faultsOf(first);
  for (const fault of others.flatMap(faultsOf)) if (!faults.some(({ text }) => text === fault.text)) faults.push(fault);
  return faults;
}

/** Divides the scenarios of a configuration by their apps, because most requirements depend on the app. */
function byApp(configuration: RunConfiguration): RunConfiguration[] {
  const all = scenariosOf(configuration);
  return [...new Set(all.map(({ app }) => app))].flatMap((app) => {
    const [first, ...scenarios] = all.filter((scenario) => scenario.app === app);
    return first === undefined ? [] : [{ ...configuration, ...first, scenarios }];
  });
}

function faultsOf(configuration: RunConfiguration): Fault[] {
  return [
    ...unmet(contestants(configuration)),
    ...scenariosOf(configuration).flatMap((scenario) => scenarioFaults(scenario, configuration)),
    ...unmet(groupWants(configuration)),
    ...unmet(messages(configuration)),
    ...unmet(exchangeWants(configuration)),
    ...unmet(pacing(configuration)),
    ...unmet(stageWants(configuration)),
    ...unmet(supportWants(configuration)),
    ...unmet(engineWants(configuration)),
    ...unmet(fleetWants(configuration)),
    ...unmet(servingWants(configuration)),
    ...unmet(webSocketMessages(configuration)),
    ...unmet(connectionUse(configuration)),
    ...unmet(limits(configuration)),
    ...unmet(sweepWants(configuration)),
    ...[...unservedFaults(configuration), ...thresholdFaults(configuration)].map((text) => ({ text })),
  ];
}

/** Checks that a configuration can be run. @throws {ConfigurationError} with every fault found. */
export function assertRunnable(configuration: RunConfiguration): void {
  const faults = configurationFaults(configuration);
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function contestants(configuration: RunConfiguration): Want[] {
  const { targets, transports, connections, app, workload, exchange, balance } = configuration;
  const made = workloadOf(app);
  const [wanted] = appsFor(workload);
  const names = targets.map(targetName);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  return [
    [targets.length > 0, 'nothing to measure: name a model or a target', 'no-target'],
    [twice === undefined, `two servers are called ${twice}: give them different names, commands with --name`],
    [transports.length > 0, 'no transport: name tcp, udp, tls or unix'],
    [connections.length > 0, 'no number of connections given'],
    [
      balance === undefined || targets.length === 0 || targets.some((target) => balanceOf(target, configuration)),
      `balance: ${balance} has no effect, because no target balances connections: add the model balanced`,
    ],
    [
      suits(app, workload, exchange),
      `workload: ${app} is made for ${made ?? 'manual use'}, not for ${workload}${wanted ? `: use --app ${wanted}` : ''}`,
    ],
  ];
}

function connectionLevel(level: number, { rate }: RunConfiguration): Want[] {
  return [
    [
      isWhole(level, 1, MAX_CONNECTIONS),
      level === 0 && rate !== null
        ? 'connections: a rate needs at least one connection to send over: raise --connections'
        : `connections: ${level} is not a whole number from 1 to ${MAX_CONNECTIONS}`,
    ],
  ];
}

function scenarioFaults(scenario: Scenario, configuration: RunConfiguration): Fault[] {
  return [
    ...scenario.connections.flatMap((level) => unmet(connectionLevel(level, configuration))),
    ...unmet(work(scenario, configuration)),
  ];
}

function work({ work, transports }: Scenario, { app, sizes, targets }: RunConfiguration): Want[] {
  if (work === null) return [];
  const foreign = targets.flatMap(membersOf).find(({ kind }) => kind !== 'model');
  const whyWithout = whyWithoutWork(app);
  return [
    [
      isFixedSize(sizes) || transports.every((transport) => transport === 'udp'),
      'work: in a TCP stream, the server cannot find where requests of several sizes end: give one --size, or use udp',
    ],
    [whyWithout === undefined, `work: ${whyWithout}: leave out --work`],
    [foreign === undefined, 'work: a server that is not built in does its own work: leave out --work, or use --model'],
  ];
}

function messages(configuration: RunConfiguration): Want[] {
  const { sizes, pipelining } = configuration;
  const transports = transportsOf(configuration);
  const [smallest, largest] = [smallestSize(sizes), largestSize(sizes)];
  const given = smallest === largest ? `${smallest} bytes` : `${smallest} to ${largest} bytes`;
  const shares = sizes.reduce((sum, { share }) => sum + share, 0);
  return [
    [isWhole(pipelining, 1, MAX_PIPELINING), `pipelining: ${pipelining} is not from 1 to ${MAX_PIPELINING}`],
    [sizes.length > 0, 'size: no size given'],
    [
      sizes.every(({ from, to }) => isWhole(from, 1, MAX_MESSAGE) && isWhole(to, from, MAX_MESSAGE)),
      `size: messages hold 1 to ${MAX_MESSAGE} bytes`,
    ],
    [
      sizes.every(({ share }) => share > 0) && Math.abs(shares - 1) < SHARE_TOLERANCE,
      'size: shares must be above 0 and add up to 1',
    ],
    [
      !transports.includes('udp') || (smallest >= MIN_DATAGRAM && largest <= MAX_DATAGRAM),
      `size: ${given} over UDP; a datagram holds ${MAX_DATAGRAM} at most, and its sequence number needs ${MIN_DATAGRAM}`,
    ],
  ];
}

function pacing({ rate, arrivals, stages }: RunConfiguration): Want[] {
  return [
    // Stages may begin at a rate of 0.
    [
      rate === null || (rate <= MAX_RATE && (rate > 0 || (rate === 0 && stages.length > 0))),
      `rate: ${rate} is not above 0 and up to ${MAX_RATE} requests/s`,
      'rate',
    ],
    [
      rate !== null || arrivals === null,
      `arrivals: ${arrivals} has no effect without a rate, because each reply triggers the next request: add --rate`,
    ],
  ];
}

/** Requirements of properties of WebSocket messages. */
function webSocketMessages(configuration: RunConfiguration): Want[] {
  const { websocketMessage, deflate, app, workload, exchange } = configuration;
  const fits = speaksWebSocket(app) && workload === 'request-response' && exchange === null;
  const able = appsSpeaking('WebSocket').join(', ');
  const remedy = `leave it out, or add --app ${able}`;
  return [
    [websocketMessage === 'binary' || fits, `websocket-message: only messages of ${able} have a type: ${remedy}`],
    [!deflate || fits, `deflate: only messages of ${able} are compressed: ${remedy}`],
  ];
}

function connectionUse({ connection, transports, pipelining }: RunConfiguration): Want[] {
  if (connection === 'pooled') return [];
  const where = `connection: ${connection}`;
  return [
    [!transports.includes('udp'), `${where} is for tcp only: UDP opens no connections`],
    [pipelining === 1, `${where} sends one request on each connection: leave out --pipelining`],
  ];
}

function limits(configuration: RunConfiguration): Want[] {
  const { requests, rounds, durationMs, warmupMs, timeoutMs, openTimeoutMs, threads } = configuration;
  return [
    [
      requests === null || isWhole(requests, 1, MAX_REQUESTS),
      `requests: ${requests} is not a whole number from 1 to ${MAX_REQUESTS}`,
    ],
    [isWhole(rounds, 1, 10_000), `rounds: ${rounds} is not a whole number from 1 to 10000`],
    [durationMs > 0 || configuration.stages.length > 0, 'duration: must be above zero'],
    [warmupMs >= 0, 'warmup: must not be negative'],
    [timeoutMs > 0, 'timeout: must be above zero'],
    [openTimeoutMs > 0, 'open-timeout: must be above zero'],
    [threads === null || isWhole(threads, 1, 1024), `threads: ${threads} is not a whole number from 1 to 1024`],
  ];
}

/**
 * Returns the faults of targets and transports that cannot be measured. A target may be left out over some transports,
 * but each target needs at least one transport, and each transport at least one target.
 */
function unservedFaults(configuration: RunConfiguration): string[] {
  const { targets, app } = configuration;
  const transports = transportsOf(configuration);
  const isMeasured = (target: TargetSpec, transport: TransportName) =>
    whyNotMeasured(target, configuration, transport) === undefined;
  const members = targets.flatMap(membersOf);
  const mismatched = members.flatMap((target) =>
    target.kind === 'address' && target.app !== undefined && target.app !== app
      ? [`target ${target.url} speaks ${target.app}: leave out --app ${app}`]
      : [],
  );
  const commands = members.flatMap((target) => (target.kind === 'exec' ? textsOf(unmet(foreignServer(target))) : []));
  const unserved = transports.flatMap((transport) => {
    const isIdle = !targets.some((target) => isMeasured(target, transport));
    return members.flatMap((target) => {
      const why = whyNotMeasured(target, configuration, transport);
      if (why === undefined) return [];
      if (target.kind === 'address') return [`target ${target.url} speaks ${target.transport} only`];
      const tolerable = !isIdle && transports.some((other) => isMeasured(target, other));
      return tolerable ? [] : [`${targetName(target)} does not serve ${app} over ${transport}: ${why}`];
    });
  });
  return [...mismatched, ...commands, ...unserved];
}

function foreignServer({ command, name, startLimitMs }: ForeignServer): Want[] {
  const where = `exec: '${command}'`;
  return [
    [
      command.includes('{port}') || command.includes('{path}'),
      `${where} has no {port}: write it in place of the port number (over unix, {path} in place of the path); ` +
        'for a server with a fixed port, use --target',
    ],
    [name.trim() !== '', `name: the name of '${command}' is empty`],
    [startLimitMs > 0, 'start-timeout: must be above zero'],
  ];
}
