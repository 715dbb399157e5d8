import { basicTransport } from '../../servers/transport.ts';
import { appsSpeaking, shakesHands } from './app-workload.ts';
import { type RunConfiguration, scenariosOf, transportsOf } from './configuration.ts';
import { type Refusals, withoutRefused } from './load-options.ts';
import { isFixedSize, largestSize, smallestSize } from './message-sizes.ts';
import type { Workload } from './operating-point.ts';
import type { Want } from './want.ts';

/** What a workload does not support, and what it requires of values. */
interface WorkloadSupport {
  readonly refuses: Refusals;
  /** Further options that it does not support over TCP. */
  readonly refusesOverTcp?: Refusals;
  readonly wants?: (configuration: RunConfiguration) => Want[];
}

/** Number of clients of a chat. One alone receives nothing; the most bounds the state that is kept for each pair. */
const CLIENTS = { least: 2, most: 1024 };
/** Bytes of a line: at least the sender, the number of the line and the newline; at most the chat's own limit. */
const LINE = { least: 17, most: 65_536 };

/** What each workload supports. A new workload states it here. */
const workloadSupport: Readonly<Record<Workload, WorkloadSupport>> = {
  'request-response': { refuses: {} },
  upload: oneWay('upload', {}),
  download: oneWay('download', {
    udp:
      'download is for tcp only: over UDP, no request starts it and no flow control slows it down; ' +
      'use --workload upload to send datagrams one way, or request-response',
  }),
  broadcast: {
    refuses: {
      'several targets': 'all clients of a chat connect to one server: measure one target',
      udp: 'broadcast is for tcp only: leave out the transport',
      tls: 'broadcast is for tcp only: leave out the transport',
      'connection per request': 'chat clients keep their connections: leave out --connection',
      'stages of connections': 'the number of chat clients is constant: add --rate, for stages of a rate',
      'several threads':
        'one thread runs all chat clients, to know which of them has received which line: leave out --threads',
    },
    wants: chatWants,
  },
  handshake: {
    refuses: { pipelining: 'each connection makes one handshake: leave out --pipelining' },
    wants: handshakeWants,
  },
};

function oneWay(name: Workload, more: Refusals): WorkloadSupport {
  const stream = `a TCP ${name} is a stream without requests`;
  return {
    refuses: {
      'several targets': `${name} has no requests to choose a target for: measure one target`,
      work: `${name} has no requests to add work to: leave out --work`,
      ...more,
      pipelining: `${name} has no replies, so no requests are in flight: leave out --pipelining`,
      'connection per request': `per-request can't be combined with ${name}, which has no requests`,
      tls: `${name} is for tcp and udp only: over tls, use request-response or handshake`,
    },
    refusesOverTcp: {
      rate: `${stream}: leave out --rate, or send datagrams at a rate over udp`,
      'number of requests': `${stream}: set a time, with --duration`,
    },
  };
}

function chatWants(configuration: RunConfiguration): Want[] {
  const { sizes } = configuration;
  const levels = scenariosOf(configuration).flatMap(({ connections }) => connections);
  const wrong = levels.find((level) => level < CLIENTS.least || level > CLIENTS.most);
  return [
    [
      wrong === undefined,
      `connections: a chat is measured with ${CLIENTS.least} to ${CLIENTS.most} clients, not with ${wrong}`,
    ],
    [
      isFixedSize(sizes) && smallestSize(sizes) >= LINE.least && largestSize(sizes) <= LINE.most,
      `size: all lines of a chat have one size, from ${LINE.least} to ${LINE.most} bytes`,
    ],
  ];
}

function handshakeWants(configuration: RunConfiguration): Want[] {
  const { app } = configuration;
  return [
    [
      transportsOf(configuration).every((transport) => shakesHands(transport, app)),
      `workload: handshake is for tls and ${appsSpeaking('WebSocket').join(', ')} only: use --transport tls, or --connection per-request to measure connecting over tcp`,
    ],
  ];
}

/** Returns the requirements of a load's workload. */
export function supportWants(configuration: RunConfiguration): Want[] {
  const { refuses, refusesOverTcp = {}, wants } = workloadSupport[configuration.workload];
  return [
    ...withoutRefused(refuses, configuration),
    ...(transportsOf(configuration).some((transport) => basicTransport(transport) === 'tcp')
      ? withoutRefused(refusesOverTcp, configuration)
      : []),
    ...(wants?.(configuration) ?? []),
  ];
}
