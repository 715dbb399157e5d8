import * as z from 'zod';
import { count } from './numbers.ts';
import { plugInSchema } from './plug-in-exchange.ts';

/**
 * What clients send, and the replies that they expect, where the user chose them: plain JSON, as the user wrote it.
 * The load derives its protocol from it (bench/run/protocol-spec.ts), and results store it.
 */

/** Bytes: a text, in the syntax of its place, or any bytes in base64. */
export const contentSchema = z.union([z.object({ text: z.string() }), z.object({ base64: z.string() })]);
export type Content = Readonly<z.infer<typeof contentSchema>>;

const httpRequestSchema = z.object({
  method: z.string(),
  /** Path and query. */
  path: z.string(),
  /** Names and values in order. Null: a value that is secret, so that results do not contain it. */
  headers: z.array(z.tuple([z.string(), z.string().nullable()]).readonly()).readonly(),
  body: contentSchema.nullable(),
  /** Relative frequency among the kinds of request. */
  weight: z.number().positive(),
  /** Statuses that are not errors, in the syntax of --expect-status; null: 2xx. */
  expectStatus: z.string().nullable(),
  /** The expected body; `same`: that of the first reply; null: any. */
  expectBody: z.union([contentSchema, z.literal('same')]).nullable(),
});
export type HttpRequestRecord = Readonly<z.infer<typeof httpRequestSchema>>;

const httpSchema = z.object({ protocol: z.literal('http'), requests: z.array(httpRequestSchema).readonly() });

const redisSchema = z.object({
  protocol: z.literal('redis'),
  /** In the syntax of --redis-commands. */
  commands: z.string(),
  keys: z.object({
    count,
    /** Exponent of Zipf's distribution; null: all keys are equally likely. */
    zipf: z.number().positive().nullable(),
  }),
  /** Version of the protocol. */
  resp: z.union([z.literal(2), z.literal(3)]),
});

/** A request and its reply. Texts may contain escapes and placeholders. */
const scriptExchangeSchema = z.object({
  /** Null: bytes that may be secret, as in a login, so that results do not contain them. */
  send: contentSchema.nullable(),
  /** The expected reply; null: any. */
  expect: contentSchema.nullable(),
  /** Where the reply ends, in the syntax of --reply-until, --reply-bytes or --reply-length; null: where expected. */
  end: z.object({ kind: z.enum(['until', 'bytes', 'length']), text: z.string() }).nullable(),
});
export type ScriptExchangeRecord = Readonly<z.infer<typeof scriptExchangeSchema>>;

const scriptSchema = z.object({
  protocol: z.literal('script'),
  /** Done once on each connection. */
  login: z.array(scriptExchangeSchema).readonly(),
  /** Repeated, and measured. */
  repeat: z.array(scriptExchangeSchema).readonly(),
});

export const exchangeSchema = z.discriminatedUnion('protocol', [httpSchema, redisSchema, scriptSchema, plugInSchema]);
export type Exchange = Readonly<z.infer<typeof exchangeSchema>>;
export type RedisRecord = Readonly<z.infer<typeof redisSchema>>;
export type ScriptRecord = Readonly<z.infer<typeof scriptSchema>>;

/** Headers whose values are credentials, or usually contain them. */
export const SECRET_HEADER = /^(authorization|proxy-authorization|cookie)$|token|secret|password|api-?key/i;

/** Returns an exchange as results may contain it: without the values of such headers, what logs in, and places. */
export function withoutSecrets(exchange: Exchange): Exchange {
  switch (exchange.protocol) {
    case 'http':
      return { ...exchange, requests: exchange.requests.map(withoutSecretHeaders) };
    case 'script':
      return { ...exchange, login: exchange.login.map((step) => ({ ...step, send: null })) };
    case 'plug-in': {
      const { url: _, ...record } = exchange;
      return record;
    }
    default:
      return exchange;
  }
}

function withoutSecretHeaders({ headers, ...request }: HttpRequestRecord): HttpRequestRecord {
  return {
    ...request,
    headers: headers.map(([name, value]) => [name, SECRET_HEADER.test(name) ? null : value] as const),
  };
}

/** Returns the bytes of a content that contains no syntax, such as a body. */
export function bytesOf(content: Content): Uint8Array {
  if ('text' in content) return new TextEncoder().encode(content.text);
  return Uint8Array.from(Buffer.from(content.base64, 'base64'));
}

/** Returns the requests of an HTTP load, which are GET of one path unless the user chose others. */
export function httpRequests(exchange: Exchange | null, path: string): readonly HttpRequestRecord[] {
  if (exchange?.protocol === 'http') return exchange.requests;
  return [{ method: 'GET', path, headers: [], body: null, weight: 1, expectStatus: null, expectBody: null }];
}

/** Reports whether a load consists of HTTP requests that every server answers: GET, with any page. */
export function isPlainGet(exchange: Exchange): boolean {
  const isPlain = ({ method, expectStatus, expectBody }: HttpRequestRecord) =>
    method === 'GET' && expectStatus === null && expectBody === null;
  return exchange.protocol === 'http' && exchange.requests.every(isPlain);
}
