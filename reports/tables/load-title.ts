import { hasMeasuredSize } from '../../bench/model/app-workload.ts';
import { isFixedSize, smallestSize } from '../../bench/model/message-sizes.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { exchangeWords, protocolName } from '../text/exchange-words.ts';
import { formatBytes, formatCount, formatPlural, formatSeconds } from '../text/quantities.ts';

/** Sizes of a mixture that are listed one by one. */
const MAX_SIZES = 4;

/**
 * Returns the properties that a table's trials have in common, in words.
 * @param work the server's work for each request, in words; null: none.
 * @param point undefined when nothing was measured.
 * @param trials all trials of the table.
 */
export function loadTitle(
  transport: string,
  work: string | null,
  point: Trial | undefined,
  trials: readonly Trial[] = [],
): string {
  const worked = work === null ? [] : [`work ${work}`];
  if (point === undefined) return [transport.toUpperCase(), ...worked].join(': ');
  const { app, workload, connection, pipelining, rate, stages, exchange, targets = [] } = point;
  const details = [
    protocolName(app, exchange),
    workload,
    ...(exchange === null ? [] : exchangeWords(exchange)),
    ...sizeWords(transport, point),
    ...(point.websocketMessage === 'text' ? ['text messages'] : []),
    ...(point.deflate ? ['deflated'] : []),
    ...(connection === 'per-request' ? ['a connection for each request'] : []),
    ...(pipelining > 1 ? [`${pipelining} in flight on each connection`] : []),
    ...(rate === null ? [] : [rateText(point, rate)]),
    ...(stages.length > 0 ? [stagesText(stages, rate === null ? 'connections' : 'rate')] : []),
    ...(isOneWay(workload) ? ['decimal units (1 GB is 1,000,000,000 bytes)'] : []),
    ...worked,
    ...(targets.length > 0 ? [selectText(point)] : []),
    ...(point.cpus === undefined ? [] : [`server on ${formatPlural(point.cpus, 'CPU')}`]),
    ...balanceText(trials),
  ];
  return `${transport.toUpperCase()}: ${details.join(', ')}`;
}

/** Returns the requested size of messages; nothing where there is none, or where it is measured. */
function sizeWords(transport: string, point: Trial): string[] {
  const { app, exchange, workload } = point;
  if (exchange?.protocol === 'redis') return valueWords(exchange.commands, point);
  // A stream has no messages, and a handshake has those of its protocol.
  const isSizeless = workload === 'handshake' || (transport !== 'udp' && isOneWay(workload));
  return isSizeless || hasMeasuredSize(app, exchange) ? [] : [sizesText(point)];
}

/** Returns the size of the values in the commands of Redis, the only part of a request that has the requested size. */
function valueWords(commands: string, point: Trial): string[] {
  if (!commands.includes('{value}')) return [];
  return [`values of ${sizesText({ ...point, size: smallestSize(point.sizes) })}`];
}

/** Returns whether a target is chosen for each connection or for each request, and how. */
function selectText({ select, connection, rate }: Trial): string {
  const what = rate === null && connection !== 'per-request' ? 'connection' : 'request';
  return `target for each ${what} selected by ${select}`;
}

function rateText({ workload, arrivals, stages }: Trial, rate: number): string {
  const spread = arrivals === 'poisson' ? ' as Poisson arrivals' : '';
  const mean = stages.length > 0 ? ' on average' : '';
  const things = workload === 'broadcast' ? 'lines' : isOneWay(workload) ? 'datagrams' : 'requests';
  return `${formatCount(rate)} ${things}/s offered${mean}${spread}`;
}

/** Formats sizes: `64 B`, `64 B to 1.00 KiB`, or each with its share. */
function sizesText({ size, sizes }: Trial): string {
  if (isFixedSize(sizes)) return formatBytes(size);
  const texts = sizes.map(({ from, to, share }) => {
    const range = from === to ? formatBytes(from) : `${formatBytes(from)} to ${formatBytes(to)}`;
    return sizes.length === 1 ? range : `${Number((share * 100).toPrecision(3))} % ${range}`;
  });
  const more = sizes.length > MAX_SIZES ? [`… (${sizes.length} sizes)`] : [];
  return [...texts.slice(0, MAX_SIZES), ...more].join(' + ');
}

/** Formats stages: `rate → 1.00k in 30 s → 0 in 10 s`. */
function stagesText(stages: Trial['stages'], what: string): string {
  return `${what} ${stages.map(({ seconds, target }) => `→ ${formatCount(target)} in ${formatSeconds(seconds)}`).join(' ')}`;
}

/** Names the policy of servers that balance their load and, when other servers are in the table, those servers. */
function balanceText(trials: readonly Trial[]): string[] {
  const balancing = trials.filter(({ balance }) => balance !== undefined);
  const [policy] = balancing.map(({ balance }) => balance);
  if (policy === undefined) return [];
  if (balancing.length === trials.length) return [`balanced by ${policy}`];
  const names = new Set(balancing.map(({ target }) => target));
  return [`policy of ${[...names].join(', ')}: ${policy}`];
}
