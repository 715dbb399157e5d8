import { sendsHttp, throughNode } from './app-workload.ts';
import { membersOf, type RunConfiguration, transportsOf } from './configuration.ts';
import { isOneWay } from './operating-point.ts';
import { type BoundedLatency, latencyOf, type Threshold } from './threshold.ts';

/** Metrics of requests, which a stream does not have. */
const OF_REQUESTS = ['sent', 'completed', 'timedOut', 'corrupted', 'dropped', 'errorRate', 'rate', 'cpu'];
/** Metrics of the server's processes. */
const OF_PROCESSES = ['cpu', 'memory'];
const OF_DATAGRAMS = ['lost', 'late', 'duplicated', 'reordered'];

/** Returns the bounds that this run can never judge, because their values are not measured, in the user's terms. */
export function thresholdFaults(configuration: RunConfiguration): string[] {
  const called = configuration.command === 'capacity' ? 'slo' : 'threshold';
  return configuration.thresholds.flatMap((threshold) => {
    const why = whyNotKnown(threshold, configuration);
    return why === undefined ? [] : [`${called}: ${threshold.text}: ${why}`];
  });
}

function whyNotKnown(threshold: Threshold, configuration: RunConfiguration): string | undefined {
  const { metric } = threshold;
  const latency = latencyOf(metric);
  if (latency === undefined) return whyNotCounted(metric, configuration);
  const { workload } = configuration;
  if (isOneWay(workload)) return `${workload} has no replies, so there are no response times: bound bytes`;
  switch (latency.name) {
    case 'response':
      return whyNotAwaited(threshold, configuration);
    case 'connect':
      return whyNotConnecting(configuration);
    default:
      return whyNotStamped(latency, configuration);
  }
}

function whyNotCounted(metric: string, configuration: RunConfiguration): string | undefined {
  const { workload } = configuration;
  const transports = transportsOf(configuration);
  if (isOneWay(workload) && transports.includes('tcp') && OF_REQUESTS.includes(metric)) {
    return `a TCP ${workload} is a stream without requests: bound bytes`;
  }
  if (OF_PROCESSES.includes(metric)) return whyNoProcess(configuration);
  if (!OF_DATAGRAMS.includes(metric)) return undefined;
  if (transports.some((transport) => transport !== 'udp')) {
    return 'only datagrams are lost, late, duplicated or reordered: bound errors, or use udp';
  }
  return isOneWay(workload) && metric !== 'lost' ? `${workload} has no replies: bound lost` : undefined;
}

/** A request that times out counts with its age at that moment, so no response is known to have taken longer. */
function whyNotAwaited({ operator, bound }: Threshold, { timeoutMs }: RunConfiguration): string | undefined {
  if (!operator.startsWith('<') || bound <= timeoutMs * 1000) return undefined;
  return `a request that is not answered within ${timeoutMs} ms fails, so no longer response time is measured: raise --timeout`;
}

function whyNotConnecting({ connection, workload }: RunConfiguration): string | undefined {
  if (connection === 'per-request' || workload === 'handshake') return undefined;
  return 'connections stay open, so the time to connect is not measured: add --connection per-request';
}

/**
 * Service time and generator lag come from the kernel's receive timestamps. Clients on Node's sockets know at most
 * their lag without them, and no service time.
 */
function whyNotStamped({ name, statistic }: BoundedLatency, configuration: RunConfiguration): string | undefined {
  const { app, workload, timestamps } = configuration;
  const overHttp = sendsHttp(app, workload);
  const throughClients = transportsOf(configuration).map((transport) => overHttp || throughNode(transport, app));
  if (name === 'generatorLag') {
    if (throughClients.every((through) => through)) return undefined;
  } else if (overHttp) {
    return `${app} is measured by autocannon's client, which does not use kernel timestamps: bound ${statistic} instead`;
  } else if (throughClients.includes(true)) {
    return `the kernel's timestamps apply to TCP's bytes, not to the protocol above it: bound ${statistic} instead`;
  }
  return timestamps === 'user' ? "it needs the kernel's timestamps: leave out --timestamps user" : undefined;
}

function whyNoProcess({ targets }: RunConfiguration): string | undefined {
  const foreign = targets.flatMap(membersOf).find((member) => member.kind === 'address');
  if (foreign === undefined) return undefined;
  return `${foreign.url} is already running, and its process is not known: start it with --exec 'CMD {port}'`;
}
