import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { InternetAddress } from '../../../sockets/address.ts';

/** A target that an agent may load. */
export interface AllowedTarget {
  /** IP addresses of the host. */
  readonly addresses: readonly string[];
  /** Null: every port. */
  readonly port: number | null;
}

/** Parses HOST, HOST:PORT, [IPv6] or [IPv6]:PORT. @throws {RangeError} for anything else. */
export function parseAllowedTarget(text: string): { readonly host: string; readonly port: number | null } {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? (isIP(text) === 6 ? text : undefined);
  const port = digits === undefined ? null : Number(digits);
  if (host === undefined || port === 0 || (port ?? 0) > 65_535) {
    throw new RangeError(`'${text}' is not a target: a host, or HOST:PORT, such as 10.0.0.7:7000 or [fd00::7]:7000`);
  }
  return { host, port };
}

/**
 * Returns a target with the IP addresses that its host has now. Names are resolved once, so that whoever controls them
 * cannot add targets later.
 * @throws {RangeError} when the text is no target, or the name is not known.
 */
export async function resolveAllowedTarget(text: string): Promise<AllowedTarget> {
  const { host, port } = parseAllowedTarget(text);
  if (isIP(host)) return { addresses: [host], port };
  try {
    return { addresses: (await lookup(host, { all: true })).map(({ address }) => address), port };
  } catch (error) {
    throw new RangeError(`host '${host}' is not known`, { cause: error });
  }
}

/** Reports whether an address is on the list. */
export function isAllowed({ host, port }: InternetAddress, targets: readonly AllowedTarget[]): boolean {
  const same = normalized(host);
  return targets.some(
    (target) => (target.port === null || target.port === port) && target.addresses.map(normalized).includes(same),
  );
}

/** Returns an IP address in one spelling. */
function normalized(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
}
