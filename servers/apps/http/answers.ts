import { DatedReply } from './dated-reply.ts';
import { PAGE } from './page.ts';
import { type Method, methodOf } from './request-line.ts';

/** The answer of the http app to a request, for its own parser and for node:http. Plain data. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

const aboutPage = { 'Content-Type': 'text/plain', 'Content-Length': String(PAGE.length) };
const empty = { 'Content-Length': '0' };

/** The answer to each kind of method. */
export const answers: Readonly<Record<Method, Answer>> = {
  get: { status: 200, reason: 'OK', fields: aboutPage, body: PAGE },
  head: { status: 200, reason: 'OK', fields: aboutPage, body: '' },
  // RFC 9110 §9.1: 405 for a method that is known but not allowed here, 501 for an unknown one.
  other: { status: 405, reason: 'Method Not Allowed', fields: { Allow: 'GET, HEAD', ...empty }, body: '' },
  unknown: { status: 501, reason: 'Not Implemented', fields: empty, body: '' },
};

/** Returns the answer to a request with this method, such as `GET`. */
export function answerTo(method: string): Answer {
  return answers[methodOf(method)];
}

const FAULTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
};

/** Returns the reply to a request that cannot be answered. It announces the end of the connection. */
export function refusal(status: number): DatedReply {
  return new DatedReply(`${status} ${FAULTS[status] ?? 'Error'}`, ['Content-Length: 0', 'Connection: close'], '');
}
