import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopback } from '../../sockets/address.ts';

/**
 * Returns the IP address of a host. An IP address is returned as it is. A name is resolved by the system, IPv4 first,
 * so that `localhost` is 127.0.0.1.
 * @throws {RangeError} when the name cannot be resolved.
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

/** Reports whether an IP address belongs to this machine, so that traffic to it never leaves the machine. */
export function isOwnAddress(address: string): boolean {
  // Traffic to the unspecified address reaches this machine: ip(7), INADDR_ANY.
  if (isLoopback(address) || address === '0.0.0.0' || address === '::') return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((own) => own.address === address));
}
