import type { TransportName } from '../../servers/transport.ts';
import type { HttpRequest } from '../load/protocols/http/request.ts';
import type { HttpExchange } from '../load/protocols/http.ts';
import type { ProtocolSpec } from '../load/protocols/make-protocol.ts';
import { plugInSpec } from '../load/protocols/plug-in/plug-in.ts';
import { parseRedisCommands } from '../load/protocols/redis/command.ts';
import {
  exchangeOf,
  literalBytes,
  parseScriptText,
  type Script,
  type ScriptExchange,
} from '../load/protocols/script/exchange.ts';
import { parseCount, parseDelimiter, parseLength, type ReplyEnd } from '../load/protocols/script/reply-end.ts';
import type { Piece } from '../load/protocols/template.ts';
import { speaksHttp, speaksWebSocket } from '../model/app-workload.ts';
import type { RedisLogin } from '../model/configuration.ts';
import {
  bytesOf,
  type Content,
  type Exchange,
  type HttpRequestRecord,
  httpRequests,
  type ScriptExchangeRecord,
  type ScriptRecord,
} from '../model/exchange.ts';
import { parseStatuses } from '../model/exchange-statuses.ts';
import type { OperatingPoint } from '../model/operating-point.ts';

/** What the protocol must know of a target. */
export interface Destination {
  /** Value of Host. */
  readonly host: string;
  /** Path and query of HTTP requests without one, and of a WebSocket. */
  readonly path: string;
  readonly redis?: RedisLogin | undefined;
  /**
   * HTTP: the body of the replies to each kind of request for which the user gave none, one character for each byte;
   * null: it is not known.
   */
  readonly pages?: readonly (string | null)[] | null;
}

/**
 * Returns what clients exchange with a target under a load: what the user chose, or else what the app suggests.
 * @param exchange that of the point, with the secrets that the point does not contain.
 * @throws {RangeError} for an exchange that no flag gave, because it is invalid.
 */
export function protocolSpec(
  point: OperatingPoint,
  destination: Destination,
  exchange: Exchange | null = point.exchange,
): ProtocolSpec {
  const { app, workload, sizes, transport, websocketMessage, deflate } = point;
  const { host, path, redis = {} } = destination;
  if (exchange?.protocol === 'redis') {
    const { commands, keys, resp } = exchange;
    const { count, zipf } = keys;
    const spread = { count, ...(zipf !== null && { zipf }) };
    return { kind: 'redis', exchange: { commands: parseRedisCommands(commands), keys: spread, sizes, resp, ...redis } };
  }
  if (exchange?.protocol === 'script') return { kind: 'script', script: scriptOf(exchange, transport) };
  if (exchange?.protocol === 'plug-in') return plugInSpec(exchange);
  if (workload !== 'handshake' && (exchange !== null || speaksHttp(app))) {
    return { kind: 'http', exchange: httpExchange(point, destination, exchange) };
  }
  if (speaksWebSocket(app)) {
    return { kind: 'websocket', exchange: { host, path, sizes, text: websocketMessage === 'text', deflate } };
  }
  return { kind: 'echo', sizes };
}

function httpExchange(
  { connection }: OperatingPoint,
  { host, path, pages }: Destination,
  exchange: Exchange | null,
): HttpExchange {
  const requests = httpRequests(exchange, path);
  return {
    host,
    requests: requests.map((request, i) => httpRequest(request, pages?.[i] ?? null)),
    keepAlive: connection !== 'per-request',
  };
}

function httpRequest(
  { method, path, headers, body, weight, expectStatus, expectBody }: HttpRequestRecord,
  page: string | null,
): HttpRequest {
  const isGiven = expectBody !== null && expectBody !== 'same';
  const expected = page === null || isGiven ? expectBody : { base64: Buffer.from(page, 'latin1').toString('base64') };
  return {
    method,
    path,
    headers: headers.map(([name, value]) => [name, value ?? ''] as const),
    ...(body !== null && { body: bytesOf(body) }),
    weight,
    ...(expectStatus !== null && { expectStatus: parseStatuses(expectStatus) }),
    ...(expected !== null && { expectBody: expected === 'same' ? expected : bytesOf(expected) }),
  };
}

/** Returns the exchanges of a script. @throws {TextFault} when one is invalid. */
function scriptOf({ login, repeat }: ScriptRecord, transport: TransportName): Script {
  const step = (record: ScriptExchangeRecord) => scriptExchange(record, transport);
  return { login: login.map(step), repeat: repeat.map(step) };
}

function scriptExchange({ send, expect, end }: ScriptExchangeRecord, transport: TransportName): ScriptExchange {
  return exchangeOf(
    send === null ? [] : piecesOf(send),
    expect === null ? undefined : piecesOf(expect),
    transport === 'udp' ? { kind: 'datagram' } : end === null ? undefined : endOf(end),
  );
}

/** Returns the parts of a text or of a file, whose bytes are sent as they are. */
function piecesOf(content: Content): Piece[] {
  return 'text' in content ? parseScriptText(content.text) : literalBytes(bytesOf(content));
}

function endOf({ kind, text }: NonNullable<ScriptExchangeRecord['end']>): ReplyEnd {
  if (kind === 'until') return parseDelimiter(text);
  return kind === 'bytes' ? parseCount(text) : parseLength(text);
}
