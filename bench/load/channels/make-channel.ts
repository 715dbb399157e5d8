import { isIP } from 'node:net';
import { TlsContext } from '../../../sockets/tls/context.ts';
import type { TlsOptions } from '../../model/tls-options.ts';
import { type ChannelScope, TlsChannel } from './tls.ts';

/**
 * Creates the channels of a thread's connections to one server.
 * @param host of the target's URL: a name or an IP address.
 * @throws {TlsError} when a certificate, the key or a name is unusable.
 * @throws {UnavailableError} where OpenSSL is not available: see whyNoOpenSsl().
 */
export function makeTlsChannel(
  options: TlsOptions,
  host: string,
  scope: Omit<ChannelScope, 'servername' | 'resume'>,
): TlsChannel {
  const { alpn, ca, identity, resume } = options;
  const peer = options.servername ?? host;
  const context = new TlsContext({ alpn, ca: ca ?? undefined, identity: identity ?? undefined, peer });
  // An IP address is no name: RFC 6066 §3.
  return new TlsChannel(context, { ...scope, servername: isIP(peer) === 0 ? peer : undefined, resume });
}
