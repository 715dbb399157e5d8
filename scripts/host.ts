import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopback } from '../sockets/address.ts';

/**
 * The IP address of a host: itself when it is one, else what the system's resolver says, IPv4 first, so that
 * `localhost` is 127.0.0.1.
 * @throws {RangeError} when the name is not known.
 */
export async function resolveHost(host: string): Promise<string> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare)) return bare;
  try {
    return (await lookup(bare, { verbatim: false })).address;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new RangeError(`host '${host}' is not known (${code})`, { cause: error });
  }
}

/** Is an IP address one of this machine's own? Then what is sent to it never leaves. */
export function isOwnAddress(address: string): boolean {
  // To any address is to this machine: ip(7), INADDR_ANY.
  if (isLoopback(address) || address === '0.0.0.0' || address === '::') return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === address));
}
