import { basicTransport } from '../../servers/transport.ts';
import { appsFor, isStamped } from './app-workload.ts';
import { membersOf, type RunConfiguration, transportsOf } from './configuration.ts';
import type { Need } from './metric.ts';
import { metricOf } from './metrics.ts';
import { isOneWay } from './operating-point.ts';
import type { Threshold } from './threshold.ts';

/** Returns the bounds that this run can never judge, because their values are not measured, in the user's terms. */
export function thresholdFaults(configuration: RunConfiguration): string[] {
  const called = configuration.command === 'capacity' ? 'slo' : 'threshold';
  return configuration.thresholds.flatMap((threshold) => {
    const [why] = metricOf(threshold.metric).needs.flatMap((need) => WHY_LACKING[need](configuration, threshold) ?? []);
    return why === undefined ? [] : [`${called}: ${threshold.text}: ${why}`];
  });
}

/** For each need of metrics: why a run does not meet it, and what to do; undefined when it does. */
const WHY_LACKING: Readonly<
  Record<Need, (configuration: RunConfiguration, threshold: Threshold) => string | undefined>
> = {
  requests(configuration) {
    const { workload } = configuration;
    return isOneWay(workload) && transportsOf(configuration).some((transport) => basicTransport(transport) === 'tcp')
      ? `a TCP ${workload} is a stream without requests: bound bytes`
      : undefined;
  },
  responses({ workload }) {
    return isOneWay(workload) ? `${workload} has no replies, so there are no response times: bound bytes` : undefined;
  },
  /** A request that times out counts with its age at that moment, so no response is known to have taken longer. */
  patience({ timeoutMs }, { operator, bound }) {
    if (!operator.startsWith('<') || bound <= timeoutMs * 1000) return undefined;
    return `a request that is not answered within ${timeoutMs} ms fails, so no longer response time is measured: raise --timeout`;
  },
  'service stamps': whyNotStamped,
  'lag stamps': whyNotStamped,
  arrivals({ command, rate }) {
    if (rate !== null || command === 'capacity') return undefined;
    return 'without a rate, requests are not due at set times: add --rate';
  },
  connects({ connection, workload }) {
    if (connection === 'per-request' || workload === 'handshake') return undefined;
    return 'connections stay open, so the time to connect is not measured: add --connection per-request';
  },
  handshakes(configuration) {
    if (transportsOf(configuration).every((transport) => transport === 'tls')) return undefined;
    return 'only TLS makes handshakes that are timed: use --transport tls';
  },
  datagrams(configuration) {
    if (transportsOf(configuration).every((transport) => transport === 'udp')) return undefined;
    return 'only datagrams are lost, late, duplicated or reordered: bound errors, or use udp';
  },
  'replies to datagrams'({ workload }) {
    return isOneWay(workload) ? `${workload} has no replies: bound lost` : undefined;
  },
  deliveries({ workload }) {
    if (workload === 'broadcast') return undefined;
    return `only the lines of a chat are delivered to others: use --app ${appsFor('broadcast').join(', ')}`;
  },
  processes({ targets }) {
    const foreign = targets.flatMap(membersOf).find((member) => member.kind === 'address');
    if (foreign === undefined) return undefined;
    return `${foreign.url} is already running, and its process is not known: start it with --exec 'CMD {port}'`;
  },
  'idle connections'({ connection, workload }) {
    const areIdle = connection === 'pooled' && (workload === 'request-response' || workload === 'broadcast');
    return areIdle ? undefined : 'it is measured on connections that are answered once and stay open: bound memory';
  },
};

/** Service time and generator lag come from the kernel's receive timestamps. */
function whyNotStamped(configuration: RunConfiguration): string | undefined {
  if (!transportsOf(configuration).every(isStamped)) {
    return "it needs the kernel's timestamps, which Unix-domain sockets do not have: bound p99 instead, or use tcp";
  }
  return configuration.timestamps === 'user'
    ? "it needs the kernel's timestamps: leave out --timestamps user"
    : undefined;
}
