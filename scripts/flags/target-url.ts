import { appsSpeaking } from '../../bench/model/app-workload.ts';
import type { TargetSpec } from '../../bench/model/configuration.ts';
import type { AppProtocol } from '../../servers/apps/app-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Flags } from '../cli/flags.ts';
import { isOwnAddress, resolveHost } from './host.ts';
import { parseUnixTarget } from './unix-url.ts';

/** Transport and protocol of each URL scheme, and its default port (RFC 9110, section 4.2.1; RFC 6455, section 3). */
const SCHEMES: Readonly<Record<string, { transport: TransportName; protocol?: AppProtocol; port?: number }>> = {
  'tcp:': { transport: 'tcp' },
  'udp:': { transport: 'udp' },
  'tls:': { transport: 'tls' },
  'http:': { transport: 'tcp', protocol: 'HTTP', port: 80 },
  'https:': { transport: 'tls', protocol: 'HTTP', port: 443 },
  'ws:': { transport: 'tcp', protocol: 'WebSocket', port: 80 },
  'wss:': { transport: 'tls', protocol: 'WebSocket', port: 443 },
};

/** Parses a TCP or UDP port from 0 to 65535; 0 means any free port. @throws {RangeError} for other text. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new RangeError(`'${text}' is not a port from 0 to 65535`);
  return port;
}

/**
 * Parses a URL such as `tcp://127.0.0.1:7000` and resolves its host.
 * @throws {RangeError} when it is not such a URL, or the host cannot be resolved.
 */
export async function parseAddress(text: string): Promise<TargetSpec & { kind: 'address' }> {
  const local = parseUnixTarget(text);
  if (local !== undefined) return local;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const spoken = Object.entries(SCHEMES).find(([scheme]) => scheme === url?.protocol)?.[1];
  const http = spoken?.protocol === 'HTTP';
  const port = Number(url?.port || spoken?.port);
  const plain = http ? !url?.username && !url?.password : ['', '/'].includes(`${url?.pathname}${url?.search}`);
  if (!url || !spoken || !url.hostname || !port || !plain) {
    throw new RangeError(
      `'${text}' is not a target, such as tcp://127.0.0.1:7000, unix:///tmp/a.sock or http://127.0.0.1:8080/path`,
    );
  }
  const host = await resolveHost(url.hostname);
  const { transport, protocol } = spoken;
  const [app] = protocol === undefined ? [] : appsSpeaking(protocol);
  const target = { kind: 'address', transport, address: { host, port }, ...(app && { app }) } as const;
  if (!http) return { ...target, url: `${url.protocol}//${url.host}` };
  const path = url.pathname + url.search;
  return { ...target, url: `${url.protocol}//${url.host}${path}`, http: { host: url.host, path } };
}

/**
 * Parses the URL of a target, like {@link parseAddress}, and refuses other machines unless they are allowed.
 * @param allowed other hosts that may be flooded, because the user owns them.
 * @throws {RangeError} when the URL is invalid or its host is not allowed.
 */
export async function parseTarget(text: string, allowed: readonly string[]): Promise<TargetSpec & { kind: 'address' }> {
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
): Promise<(TargetSpec & { kind: 'address' }) | undefined> {
  return parseTarget(url, allowed).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(`--target: ${error.message}`);
    return undefined;
  });
}
