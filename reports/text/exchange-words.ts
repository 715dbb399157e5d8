import type { Content, Exchange, HttpRequestRecord, RedisRecord, ScriptRecord } from '../../bench/model/exchange.ts';
import { formatBytes, formatCount, formatPlural } from './quantities.ts';

/** Longest text of a request in words. */
const MAX_TEXT = 60;

/** Returns the requests that a user chose, in words: for titles of tables. */
export function exchangeWords(exchange: Exchange): string[] {
  switch (exchange.protocol) {
    case 'http':
      return httpWords(exchange.requests);
    case 'redis':
      return redisWords(exchange);
    case 'script':
      return scriptWords(exchange);
    case 'plug-in':
      return [exchange.file, ...Object.entries(exchange.options).map(([name, value]) => shortened(`${name}=${value}`))];
  }
}

function httpWords(requests: readonly HttpRequestRecord[]): string[] {
  const [request, ...others] = requests;
  if (request === undefined) return [];
  if (others.length > 0) return [`${formatCount(requests.length)} kinds of requests`];
  const { method, path, body } = request;
  return [shortened(`${method} ${path}`), ...(body === null ? [] : [`${formatBytes(sizeOf(body))} of body`])];
}

function redisWords({ commands, keys, resp }: RedisRecord): string[] {
  const spread = keys.zipf === null ? '' : ` (Zipf ${keys.zipf})`;
  return [
    shortened(commands),
    ...(commands.includes('{key}') ? [`${formatCount(keys.count)} keys${spread}`] : []),
    ...(resp === 3 ? ['RESP3'] : []),
  ];
}

function scriptWords({ login, repeat }: ScriptRecord): string[] {
  const [step, ...others] = repeat;
  if (step === undefined) return [];
  const one = `${textOf(step.send)} → ${textOf(step.expect)}`;
  return [
    others.length > 0 ? `${formatCount(repeat.length)} exchanges in turn` : shortened(one),
    ...(login.length > 0 ? [`after a login of ${formatPlural(login.length, 'exchange')}`] : []),
  ];
}

/** Returns a content as the user wrote it, or its size. Null: any. */
function textOf(content: Content | null): string {
  if (content === null) return 'any reply';
  return 'text' in content ? `'${content.text}'` : `${formatBytes(sizeOf(content))} of a file`;
}

function sizeOf(content: Content): number {
  return 'text' in content ? Buffer.byteLength(content.text) : Buffer.byteLength(content.base64, 'base64');
}

function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/**
 * Returns what clients speak, for titles: the app, as far as it is known. The app of a server that gets the user's own
 * requests is not.
 */
export function protocolName(app: string, exchange: Exchange | null | undefined): string {
  return exchange === null || exchange === undefined || exchange.protocol === 'http' ? app : exchange.protocol;
}
