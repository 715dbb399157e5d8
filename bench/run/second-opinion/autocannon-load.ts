/// <reference path="./autocannon-api.d.ts" />
import { isIP } from 'node:net';
import type autocannon from 'autocannon';
import { formatAddress, type SocketAddress } from '../../../sockets/address.ts';
import type { HttpRequest } from '../../load/protocols/http/request.ts';

/** A closed loop of HTTP requests that autocannon puts on a server. Plain data: it crosses to another process. */
export interface AutocannonLoad {
  readonly address: SocketAddress;
  /** Whether HTTP goes over TLS. Any certificate is accepted. */
  readonly secure: boolean;
  /** Value of Host, for a request without one. Over TLS its name is sent for SNI. */
  readonly host: string;
  readonly request: HttpRequest;
  readonly connections: number;
  readonly pipelining: number;
  /** At least 1 s. */
  readonly timeoutMs: number;
  /** 0: none. */
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** How often autocannon checks whether its time is over. Rates are computed from the time that it took. */
const SAMPLE_MS = 100;

/** Returns autocannon's options for a load. @param durationMs duration of this part of it. */
export function autocannonOptions(load: AutocannonLoad, durationMs: number): autocannon.Options {
  const { method = 'GET', path, body } = load.request;
  const request = { method, path, headers: headersOf(load), ...(body && { body: Buffer.from(body) }) };
  return {
    // The address, not the name: the name may have other addresses, which autocannon would use.
    url: `http${load.secure ? 's' : ''}://${formatAddress(load.address)}`,
    connections: load.connections,
    pipelining: load.pipelining,
    duration: durationMs / 1000,
    sampleInt: SAMPLE_MS,
    timeout: load.timeoutMs / 1000,
    requests: [request],
    ...(load.secure && serverName(load.host)),
  };
}

/** Returns headers by name. Values of one name are joined (RFC 9110, section 5.3). */
function headersOf({ host, request: { headers = [] } }: AutocannonLoad): Record<string, string> {
  const isHostGiven = headers.some(([name]) => name.toLowerCase() === 'host');
  const byName = new Map<string, readonly [name: string, value: string]>();
  for (const [name, value] of isHostGiven ? headers : [['Host', host] as const, ...headers]) {
    const [first = name, before] = byName.get(name.toLowerCase()) ?? [];
    byName.set(name.toLowerCase(), [first, before === undefined ? value : `${before}, ${value}`]);
  }
  return Object.fromEntries(byName.values());
}

/** Returns the name for SNI, which must not be an IP address (RFC 6066, section 3). */
function serverName(host: string): { servername?: string } {
  const { hostname } = new URL(`https://${host}`);
  return isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0 ? { servername: hostname } : {};
}
