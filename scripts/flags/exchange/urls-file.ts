import { dirname } from 'node:path';
import { httpRequestFaults } from '../../../bench/load/protocols/http/request.ts';
import type { HttpRequestRecord } from '../../../bench/model/exchange.ts';
import { parseStatuses } from '../../../bench/model/exchange-statuses.ts';
import { readContent, readTextFile } from './content.ts';
import { type Line, LineFields, linesOf } from './lines.ts';

/** Most kinds of requests of a load. */
const MAX_REQUESTS = 1000;

const FIELDS = ['method', 'path', 'headers', 'body', 'weight', 'expectStatus', 'expectBody'];

/** What flags give to all requests: headers are added to those of a line, the others replace what a line leaves out. */
export type CommonParts = Pick<HttpRequestRecord, 'headers' | 'expectStatus' | 'expectBody'>;

/** Requests, or what is wrong with them. */
export interface ReadRequests {
  readonly requests: readonly HttpRequestRecord[];
  readonly faults: readonly string[];
}

/**
 * Reads a file of requests, one a line: `[METHOD] PATH [WEIGHT]`, such as `GET /cart 3`, or a JSON object with the
 * fields `method`, `path`, `headers`, `body`, `weight`, `expectStatus` and `expectBody`. `@FILE` in a body is relative to
 * the directory of the file. Empty lines and lines that begin with `#` are skipped.
 * @throws {RangeError} when the file can't be read.
 */
export function readUrlsFile(file: string, common: CommonParts): ReadRequests {
  const lines = linesOf(readTextFile(file));
  const read = lines.map((line) => ({ line, ...requestOf(line, common, dirname(file)) }));
  const faults = read.flatMap(({ line, faults }) => faults.map((fault) => `${file}, line ${line.number}: ${fault}`));
  if (lines.length === 0) faults.push(`${file} contains no request: write lines such as GET /path`);
  if (lines.length > MAX_REQUESTS) faults.push(`${file} contains ${lines.length} requests, more than ${MAX_REQUESTS}`);
  return { requests: read.map(({ request }) => request), faults };
}

interface ReadRequest {
  readonly request: HttpRequestRecord;
  readonly faults: readonly string[];
}

function requestOf({ text }: Line, common: CommonParts, directory: string): ReadRequest {
  const { request, faults } = text.startsWith('{') ? fromJson(text, common, directory) : fromWords(text, common);
  const { method, path } = request;
  const headers = request.headers.map(([name, value]) => [name, value ?? ''] as const);
  // A line that could not be read has no path to complain about.
  return { request, faults: faults.length > 0 ? faults : httpRequestFaults({ method, path, headers }) };
}

function fromWords(text: string, common: CommonParts): ReadRequest {
  const [, method = 'GET', path = '', weight = '1'] = /^(?:([A-Za-z]+)\s+)?(\/\S*|\*)(?:\s+(\S+))?$/.exec(text) ?? [];
  const request = { method, path, body: null, weight: Number(weight), ...common };
  if (path === '') {
    const faults = [`'${text}' is not a request: write [METHOD] PATH [WEIGHT], such as GET /path 2, or a JSON object`];
    return { request, faults };
  }
  return { request, faults: request.weight > 0 ? [] : [`'${weight}' is not a weight above 0`] };
}

function fromJson(text: string, common: CommonParts, directory: string): ReadRequest {
  const fields = new LineFields(text, FIELDS);
  const body = fields.text('body', (written) => readContent(written, directory)) ?? null;
  const path = fields.text('path');
  if (path === undefined && fields.faults.length === 0) fields.faults.push('path is missing: write "path": "/"');
  const own = fields.entries('headers');
  const isOwn = (name: string) => own.some(([other]) => other.toLowerCase() === name.toLowerCase());
  const request = {
    method: fields.text('method') ?? (body === null ? 'GET' : 'POST'),
    path: path ?? '/',
    headers: [...common.headers.filter(([name]) => !isOwn(name)), ...own],
    body,
    weight: fields.positive('weight') ?? 1,
    expectStatus: fields.text('expectStatus', checkedStatuses) ?? common.expectStatus,
    expectBody: fields.text('expectBody', (written) => readExpectedBody(written, directory)) ?? common.expectBody,
  };
  return { request, faults: fields.faults };
}

/** Returns the statuses as they are written. @throws {RangeError} when they are not statuses. */
export function checkedStatuses(text: string): string {
  parseStatuses(text);
  return text;
}

/** Parses the expected body: a text, `@FILE`, or `same`. @throws {RangeError} when the file can't be read. */
export function readExpectedBody(written: string, directory?: string): HttpRequestRecord['expectBody'] {
  return written === 'same' ? written : readContent(written, directory);
}
