import type { Exchange, HttpRequestRecord } from './exchange.ts';
import { parseNames } from './units.ts';

/**
 * Parses final statuses and whole classes of them: `200,404`, `2xx,404`.
 * @returns each status once.
 * @throws {RangeError} when it is not such a list.
 */
export function parseStatuses(text: string): number[] {
  return [...new Set(parseNames(text).flatMap(statusesOf))];
}

function statusesOf(written: string): number[] {
  const [, first = '', rest = ''] = /^([2-9])(\d\d|xx)$/i.exec(written) ?? [];
  if (first === '') throw new RangeError(`'${written}' is not a final status, such as 404, or a class, such as 2xx`);
  return /x/i.test(rest) ? Array.from({ length: 100 }, (_, i) => 100 * Number(first) + i) : [Number(written)];
}

/** Reports whether a kind of request expects a status. */
export function expectsStatus({ expectStatus }: Pick<HttpRequestRecord, 'expectStatus'>, status: number): boolean {
  return expectStatus === null ? status >= 200 && status < 300 : parseStatuses(expectStatus).includes(status);
}

/** Reports whether some kind of request of a load expects a status. @param exchange null: GET of a page. */
export function isExpectedStatus(exchange: Exchange | null | undefined, status: number): boolean {
  const requests = exchange?.protocol === 'http' ? exchange.requests : [{ expectStatus: null }];
  return requests.some((request) => expectsStatus(request, status));
}
