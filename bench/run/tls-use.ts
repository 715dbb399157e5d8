import type { SocketAddress } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import type { SingleTarget } from '../model/configuration.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import { type TlsOptions, tlsOptions } from '../model/tls-options.ts';

/**
 * Returns how clients use TLS; nothing for other transports.
 * @param addresses of all targets. @param targets of them, those that are known by more than an address.
 */
export function tlsUseOf(
  { transport }: Pick<OperatingPoint, 'transport'>,
  options: TlsOptions = tlsOptions(),
  addresses: readonly SocketAddress[],
  targets: readonly SingleTarget[] = [],
): Pick<LoadPlan, 'tls'> {
  if (transport !== 'tls') return {};
  const hosts = addresses.map((address, i) => hostOf(address, targets[i]));
  return { tls: { options, hosts: new Set(hosts).size > 1 ? hosts : hosts.slice(0, 1) } };
}

/** Returns the name or address in the target's URL, or else its address. IPv6 addresses have no brackets. */
function hostOf(address: SocketAddress, target: SingleTarget | undefined): string {
  if (target?.kind === 'address') return new URL(target.url).hostname.replace(/^\[(.*)\]$/, '$1');
  return 'host' in address ? address.host : 'localhost';
}
