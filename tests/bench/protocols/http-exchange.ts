import type { HttpRequest } from '../../../bench/load/protocols/http/request.ts';
import { HttpProtocol } from '../../../bench/load/protocols/http.ts';
import { latin, scope, take } from './talk.ts';

/** Returns a protocol of requests, `GET /` unless stated otherwise. */
export function http(
  request: Partial<HttpRequest> = {},
  more: readonly HttpRequest[] = [],
  keepAlive = true,
): HttpProtocol {
  return new HttpProtocol({ host: 'a:80', requests: [{ path: '/', ...request }, ...more], keepAlive }, scope);
}

/** Returns a response with these lines. */
export function response(...lines: readonly string[]): string {
  return `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`;
}
/** A reply with a body of five bytes. */
export const PAGE = `${response('Content-Length: 5')}hello`;
/** Returns a reply in chunks. */
export const chunked = (...parts: readonly string[]) => `${response('Transfer-Encoding: chunked')}${parts.join('')}`;

/** Returns the events of a reply to a request. */
export const eventsOf = (text: string, request: Partial<HttpRequest> = {}) => take(http(request), latin(text), 0);
