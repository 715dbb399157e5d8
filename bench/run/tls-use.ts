import type { SocketAddress } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import type { SingleTarget } from '../model/configuration.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import { type TlsOptions, tlsOptions } from '../model/tls-options.ts';

/** Returns how clients use TLS towards a target; nothing for other transports. @param target if it has a URL. */
export function tlsUseOf(
  { transport }: Pick<OperatingPoint, 'transport'>,
  options: TlsOptions = tlsOptions(),
  address: SocketAddress,
  target?: SingleTarget,
): Pick<LoadPlan, 'tls'> {
  if (transport !== 'tls') return {};
  const host = target?.kind === 'address' ? new URL(target.url).hostname : undefined;
  return { tls: { options, host: host ?? ('host' in address ? address.host : 'localhost') } };
}
