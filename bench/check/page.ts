import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { TransportName } from '../../servers/transport.ts';
import { hostField, type SocketAddress } from '../../sockets/address.ts';
import { TargetError } from '../model/errors.ts';

/**
 * Returns what a server answers to `GET /`, requested as the load requests it, with one character for each byte.
 * @throws {TargetError} when it does not answer in time, or answers with a status other than 2xx.
 */
export async function fetchPage(address: SocketAddress, transport: TransportName, timeoutMs: number): Promise<string> {
  const headers = { Host: hostField(address), Connection: 'keep-alive' };
  const signal = AbortSignal.timeout(timeoutMs);
  const where = 'path' in address ? { socketPath: address.path } : address;
  const options = { ...where, path: '/', headers, agent: false, signal } as const;
  const request = transport === 'tls' ? requestHttps({ ...options, rejectUnauthorized: false }) : requestHttp(options);
  try {
    return await new Promise<string>((resolve, reject) => {
      request.once('error', reject);
      request.once('response', (response) => {
        const { statusCode = 0 } = response;
        if (statusCode < 200 || statusCode > 299) reject(new TargetError(`answered GET / with status ${statusCode}`));
        let page = '';
        response.setEncoding('latin1').on('data', (text: string) => {
          page += text;
        });
        response.once('end', () => resolve(page)).once('error', reject);
      });
      request.end();
    });
  } catch (error) {
    if (error instanceof TargetError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new TargetError(`did not answer GET / in ${timeoutMs} ms (--timeout): ${why}`, [], { cause: error });
  } finally {
    request.destroy();
  }
}
