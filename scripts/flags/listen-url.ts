import type { ServerSpec } from '../../servers/contract.ts';
import { parsePort } from './target-url.ts';
import { splitUnixUrl } from './unix-url.ts';

/** Where a server listens. The host may be a name. */
export type Place = Pick<ServerSpec, 'transport' | 'host' | 'port' | 'path'>;

/** The transports whose name is also the scheme of a URL with a host and a port. */
const INTERNET = ['tcp', 'udp', 'tls'] as const;

/**
 * Parses a URL to listen on: `unix:///tmp/a.sock`, or `tcp://127.0.0.1:7000`, where port 0 means any free port.
 * @throws {RangeError} when it is not such a URL.
 */
export function parseListenUrl(text: string): Place {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'unix:') {
    const { path, request } = splitUnixUrl(url);
    if (request === '/') return { transport: 'unix', host: '', port: 0, path };
  }
  const transport = INTERNET.find((name) => url?.protocol === `${name}:`);
  if (url === undefined || transport === undefined || url.href.replace(/\/$/, '') !== `${transport}://${url.host}`) {
    throw new RangeError(`'${text}' is no address to listen on, such as unix:///tmp/a.sock or tcp://127.0.0.1:7000`);
  }
  return { transport, host: url.hostname, port: parsePort(url.port || '0') };
}
