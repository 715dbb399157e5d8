import {
  membersOf,
  type RunConfiguration,
  type SingleTarget,
  scenariosOf,
  targetName,
  transportsOf,
} from './configuration.ts';
import type { Exchange, ScriptRecord } from './exchange.ts';
import type { Want } from './want.ts';

const NAMES = { http: 'HTTP', redis: 'Redis', script: 'a script', 'plug-in': 'a plug-in' } as const satisfies Record<
  Exchange['protocol'],
  string
>;

/** Returns the requirements of requests that the user chose. */
export function exchangeWants(configuration: RunConfiguration): Want[] {
  const { exchange, workload } = configuration;
  if (exchange === null) return [];
  const name = NAMES[exchange.protocol];
  return [
    [workload === 'request-response', `workload: ${workload} sends no requests of ${name}: leave out --workload`],
    ...(exchange.protocol === 'redis' ? redisWants(configuration) : []),
    ...(exchange.protocol === 'script' ? scriptWants(exchange, configuration) : []),
    ...(exchange.protocol === 'http' ? [] : otherThanHttp(name, configuration)),
  ];
}

function redisWants(configuration: RunConfiguration): Want[] {
  const builtIn = membersOfAll(configuration).some(({ kind }) => kind === 'model');
  return [
    [!builtIn, "model: no built-in server speaks Redis: use --exec 'CMD {port}' or --target redis://HOST:PORT"],
    [
      !transportsOf(configuration).includes('udp'),
      'transport: Redis is served over streams: leave out the transport, or use tls or unix',
    ],
  ];
}

function scriptWants({ login, repeat }: ScriptRecord, configuration: RunConfiguration): Want[] {
  const transports = transportsOf(configuration);
  const overUdp = transports.includes('udp');
  const overStreams = transports.some((transport) => transport !== 'udp');
  const steps = [...login, ...repeat];
  const ended = steps.find(({ end }) => end !== null)?.end;
  const endless = steps.some(({ expect, end }) => expect === null && end === null);
  return [
    [
      !overUdp || ended === undefined,
      `reply-${ended?.kind}: over udp a reply is one datagram: leave it out, or use tcp`,
    ],
    [!overUdp || login.length === 0, 'script: over udp there is no connection to log in on: leave out the login'],
    [
      !overUdp || configuration.pipelining === 1,
      'pipelining: over udp the reply to a request is the next datagram, so one can be in flight: leave it out',
    ],
    [
      !overStreams || !endless,
      'send: the end of the reply is unknown: add --expect, --reply-until, --reply-bytes or --reply-length',
    ],
  ];
}

function otherThanHttp(name: string, configuration: RunConfiguration): Want[] {
  const spoken = membersOfAll(configuration).find((target) => target.kind === 'address' && target.app !== undefined);
  const works = scenariosOf(configuration).some(({ work }) => work !== null);
  return [
    [
      spoken === undefined,
      `target: ${spoken === undefined ? '' : targetName(spoken)} names another protocol than ${name}: use tcp:// or tls://`,
    ],
    [!works, `work: a built-in server cannot find where requests of ${name} end: leave out --work`],
  ];
}

function membersOfAll({ targets }: RunConfiguration): SingleTarget[] {
  return targets.flatMap(membersOf);
}
