import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { TransportName } from '../../servers/transport.ts';
import { hostField, type SocketAddress } from '../../sockets/address.ts';
import { TargetError } from '../model/errors.ts';
import { bytesOf, type HttpRequestRecord } from '../model/exchange.ts';
import { expectsStatus } from '../model/exchange-statuses.ts';

/**
 * Returns what a server answers to a request, sent as the load sends it, with one character for each byte.
 * @throws {TargetError} when it does not answer in time, or answers with a status that the request does not expect.
 */
export async function fetchPage(
  address: SocketAddress,
  transport: TransportName,
  wanted: HttpRequestRecord,
  timeoutMs: number,
): Promise<string> {
  const where = 'path' in address ? { socketPath: address.path } : address;
  const { method, path, body } = wanted;
  const called = `${method} ${path}`;
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { ...where, method, path, headers: headersOf(wanted, address), agent: false, signal } as const;
  const request = transport === 'tls' ? requestHttps({ ...options, rejectUnauthorized: false }) : requestHttp(options);
  try {
    return await new Promise<string>((resolve, reject) => {
      request.once('error', reject);
      request.once('response', (response) => {
        const { statusCode = 0 } = response;
        if (!expectsStatus(wanted, statusCode)) reject(new TargetError(`answered ${called} with status ${statusCode}`));
        let page = '';
        response.setEncoding('latin1').on('data', (text: string) => {
          page += text;
        });
        response.once('end', () => resolve(page)).once('error', reject);
      });
      request.end(body === null ? undefined : bytesOf(body));
    });
  } catch (error) {
    if (error instanceof TargetError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new TargetError(`did not answer ${called} in ${timeoutMs} ms (--timeout): ${why}`, [], { cause: error });
  } finally {
    request.destroy();
  }
}

/** Returns the headers of a request, as the load sends them. */
function headersOf({ headers }: HttpRequestRecord, address: SocketAddress): Record<string, string[] | string> {
  const given: Record<string, string[]> = {};
  for (const [name, value] of headers) {
    const values = given[name.toLowerCase()] ?? [];
    given[name.toLowerCase()] = [...values, value ?? ''];
  }
  return { host: hostField(address), connection: 'keep-alive', ...given };
}
