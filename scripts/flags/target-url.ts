import { httpRequestFaults } from '../../bench/load/protocols/http/request.ts';
import { appsSpeaking } from '../../bench/model/app-workload.ts';
import type { TargetSpec } from '../../bench/model/configuration.ts';
import type { AppProtocol } from '../../servers/apps/app-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Flags } from '../cli/flags.ts';
import { isOwnAddress, resolveHost } from './host.ts';
import { redisLoginOf, redisName, withoutPassword } from './redis-url.ts';
import { parseUnixTarget } from './unix-url.ts';

interface Scheme {
  readonly transport: TransportName;
  /** What is spoken; undefined: what the app or flags choose. */
  readonly protocol?: AppProtocol | 'Redis';
  /** Default port. */
  readonly port?: number;
}

/**
 * Each URL scheme, with its default port (RFC 9110, section 4.2.1; RFC 6455, section 3; and IANA's registrations of
 * redis and rediss).
 */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  'tcp:': { transport: 'tcp' },
  'udp:': { transport: 'udp' },
  'tls:': { transport: 'tls' },
  'http:': { transport: 'tcp', protocol: 'HTTP', port: 80 },
  'https:': { transport: 'tls', protocol: 'HTTP', port: 443 },
  'ws:': { transport: 'tcp', protocol: 'WebSocket', port: 80 },
  'wss:': { transport: 'tls', protocol: 'WebSocket', port: 443 },
  'redis:': { transport: 'tcp', protocol: 'Redis', port: 6379 },
  'rediss:': { transport: 'tls', protocol: 'Redis', port: 6379 },
};

/** Parses a TCP or UDP port from 0 to 65535; 0 means any free port. @throws {RangeError} for other text. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new RangeError(`'${text}' is not a port from 0 to 65535`);
  return port;
}

type AddressTarget = Extract<TargetSpec, { readonly kind: 'address' }>;

/**
 * Parses a URL such as `tcp://127.0.0.1:7000` and resolves its host.
 * @throws {RangeError} when it is not such a URL, or the host cannot be resolved. The message contains no password.
 */
export async function parseAddress(text: string): Promise<AddressTarget> {
  const local = parseUnixTarget(text);
  if (local !== undefined) return local;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = Object.entries(SCHEMES).find(([name]) => name === url?.protocol)?.[1];
  const port = Number(url?.port || scheme?.port);
  const parts = url && scheme && partsOf(url, scheme);
  if (!url || !scheme || !parts || !url.hostname || !port) {
    throw new RangeError(
      `'${withoutPassword(text)}' is not a target, such as tcp://127.0.0.1:7000, unix:///tmp/a.sock, ` +
        'http://127.0.0.1:8080/path or redis://127.0.0.1/0',
    );
  }
  const address = { host: await resolveHost(url.hostname), port };
  return { kind: 'address', transport: scheme.transport, address, ...parts };
}

/** Returns what a URL contains besides its address; undefined when that is not allowed. */
function partsOf(url: URL, { protocol }: Scheme): Omit<AddressTarget, 'kind' | 'transport' | 'address'> | undefined {
  const origin = `${url.protocol}//${url.host}`;
  const path = url.pathname + url.search;
  if (protocol === 'Redis') return redisParts(url, origin);
  if (protocol === undefined) return ['', '/'].includes(path) ? { url: origin } : undefined;
  if (url.username !== '' || url.password !== '') {
    throw new RangeError(
      `${origin} may have no user and password in its URL: leave them out` +
        (protocol === 'HTTP' ? ", and add -H 'Authorization: Basic …'" : ''),
    );
  }
  const [fault] = httpRequestFaults({ path });
  if (fault !== undefined) throw new RangeError(fault);
  const [app] = appsSpeaking(protocol);
  const called = protocol === 'WebSocket' && path === '/' ? origin : origin + path;
  return { url: called, ...(app && { app }), http: { host: url.host, path } };
}

function redisParts(url: URL, origin: string): Pick<AddressTarget, 'url' | 'redis'> | undefined {
  const redis = redisLoginOf(url);
  return redis && { url: redisName(origin, redis), redis };
}

/**
 * Parses the URL of a target, like {@link parseAddress}, and refuses other machines unless they are allowed.
 * @param allowed other hosts that may be flooded, because the user owns them.
 * @throws {RangeError} when the URL is invalid or its host is not allowed.
 */
export async function parseTarget(text: string, allowed: readonly string[]): Promise<AddressTarget> {
  const target = await parseAddress(text);
  if ('path' in target.address) return target;
  const { host } = target.address;
  const name = new URL(target.url).hostname.replace(/^\[(.*)\]$/, '$1');
  if (!isOwnAddress(host) && !allowed.includes(name) && !allowed.includes(host)) {
    throw new RangeError(`${name} is another machine; to flood it, if it is yours, add --allow-remote ${name}`);
  }
  return target;
}

/** Reads a URL of --target. Returns undefined and records a fault when it is invalid or not allowed. */
export function readAddress(
  flags: Pick<Flags<Record<string, unknown>>, 'refuse'>,
  url: string,
  allowed: readonly string[],
): Promise<AddressTarget | undefined> {
  return parseTarget(url, allowed).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(`--target: ${error.message}`);
    return undefined;
  });
}
