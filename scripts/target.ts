import type { TargetSpec } from '../bench/model/configuration.ts';
import type { AppName } from '../servers/apps/catalog.ts';
import type { TransportName } from '../servers/transport.ts';
import type { Flags, OptionSet } from './flags.ts';
import { isOwnAddress, resolveHost } from './host.ts';

/** What speaks behind a URL; the port is the one that may be left out: RFC 9110, section 4.2.1, and 6455, section 3. */
const SCHEMES: Readonly<Record<string, { transport: TransportName; app?: AppName; port?: number }>> = {
  'tcp:': { transport: 'tcp' },
  'udp:': { transport: 'udp' },
  'tls:': { transport: 'tls' },
  'http:': { transport: 'tcp', app: 'http', port: 80 },
  'https:': { transport: 'tls', app: 'http', port: 443 },
  'ws:': { transport: 'tcp', app: 'websocket', port: 80 },
  'wss:': { transport: 'tls', app: 'websocket', port: 443 },
};

/** A TCP or UDP port; 0 stands for any. @throws {RangeError} when it is none. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new RangeError(`'${text}' is not a port from 0 to 65535`);
  return port;
}

/**
 * The address that a URL such as `tcp://127.0.0.1:7000` names, its host resolved.
 * @throws {RangeError} when the URL names none.
 */
export async function parseAddress(text: string): Promise<TargetSpec & { kind: 'address' }> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const spoken = Object.entries(SCHEMES).find(([scheme]) => scheme === url?.protocol)?.[1];
  const http = spoken?.app === 'http';
  const port = Number(url?.port || spoken?.port);
  const plain = http ? !url?.username && !url?.password : ['', '/'].includes(`${url?.pathname}${url?.search}`);
  if (!url || !spoken || !url.hostname || !port || !plain) {
    throw new RangeError(
      `'${text}' is not a target, such as tcp://127.0.0.1:7000, udp://localhost:7000 or http://127.0.0.1:8080/path`,
    );
  }
  const host = await resolveHost(url.hostname);
  const { transport, app } = spoken;
  const target = { kind: 'address', transport, address: { host, port }, ...(app && { app }) } as const;
  if (!http) return { ...target, url: `${url.protocol}//${url.host}` };
  const path = url.pathname + url.search;
  return { ...target, url: `${url.protocol}//${url.host}${path}`, http: { host: url.host, path } };
}

/**
 * The target that a URL names, as {@link parseAddress} reads it.
 * @param allowed hosts beyond this machine that may be put under load: flooding is for machines of one's own.
 * @throws {RangeError} when the URL names no such target, or one that is not allowed.
 */
export async function parseTarget(text: string, allowed: readonly string[]): Promise<TargetSpec & { kind: 'address' }> {
  const target = await parseAddress(text);
  const { host } = target.address;
  const name = new URL(target.url).hostname.replace(/^\[(.*)\]$/, '$1');
  if (!isOwnAddress(host) && !allowed.includes(name) && !allowed.includes(host)) {
    throw new RangeError(`${name} is another machine; to flood it, if it is yours, add --allow-remote ${name}`);
  }
  return target;
}

/** The target that --target names; undefined, and a fault noted, when it won't do. */
export function readAddress(
  flags: Pick<Flags<OptionSet>, 'refuse'>,
  url: string,
  allowed: readonly string[],
): Promise<(TargetSpec & { kind: 'address' }) | undefined> {
  return parseTarget(url, allowed).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(`--target: ${error.message}`);
    return undefined;
  });
}
