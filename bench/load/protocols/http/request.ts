import { is, TARGET, TOKEN, VALUE } from '../../../../servers/apps/http/characters.ts';

/** One kind of HTTP request, and its expected reply. Plain data. */
export interface HttpRequest {
  /** Default: GET. */
  readonly method?: string;
  readonly path: string;
  /** Names and values, in order. Default for Host: that of the target. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
  /** Relative frequency among the kinds of request. Default: 1. */
  readonly weight?: number;
  /** Statuses that are not refusals. Default: 200 to 299. */
  readonly expectStatus?: readonly number[];
  /** Expected body; `same`: that of the first reply to this kind. Default: any. */
  readonly expectBody?: Uint8Array | 'same';
}

/** Methods whose requests usually have a body: they send `Content-Length: 0` when they have none (RFC 9110 §8.6). */
const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/** Returns all faults of a request; empty when it is valid. */
export function httpRequestFaults({ method = 'GET', path, headers = [], expectStatus = [] }: HttpRequest): string[] {
  const faults: string[] = [];
  if (!consistsOf(method, TOKEN)) faults.push(`'${method}' is not an HTTP method: use letters, such as GET`);
  if (method === 'CONNECT') faults.push('CONNECT opens a tunnel, which is not measured: use another method');
  if (!consistsOf(path, TARGET))
    faults.push(`'${path}' is not a path: percent-encode spaces and non-ASCII letters (a space is %20)`);
  for (const [name, value] of headers) {
    if (!consistsOf(name, TOKEN)) faults.push(`'${name}' is not the name of a header`);
    if (value !== '' && !consistsOf(value, VALUE)) faults.push(`the value of ${name} contains a control character`);
    const framing = /^(content-length|transfer-encoding|upgrade)$/i.test(name);
    if (framing) faults.push(`${name} cannot be given: it follows from the body`);
  }
  for (const status of expectStatus) {
    if (!(Number.isInteger(status) && status >= 200 && status <= 999)) faults.push(`${status} is not a final status`);
  }
  return faults;
}

/**
 * Returns the bytes of a request. @param host default value of Host.
 * @param keepAlive false to ask the server to close the connection after its reply.
 * @throws {RangeError} with all faults when it is invalid.
 */
export function encodeHttpRequest(request: HttpRequest, host: string, keepAlive: boolean): Buffer {
  const faults = httpRequestFaults(request);
  if (faults.length > 0) throw new RangeError(faults.join('\n'));
  const { method = 'GET', path, headers = [], body } = request;
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [`${method} ${path} HTTP/1.1`];
  if (!names.has('host')) lines.push(`Host: ${host}`);
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (!keepAlive && !names.has('connection')) lines.push('Connection: close');
  if (body !== undefined || WITH_BODY.includes(method)) lines.push(`Content-Length: ${body?.length ?? 0}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}

function consistsOf(text: string, kind: number): boolean {
  const characters = [...text].map((character) => character.codePointAt(0) ?? 0);
  return characters.length > 0 && characters.every((code) => code < 256 && is(code, kind));
}
