import { isIP } from 'node:net';
import { Parts } from '../../../sockets/memory/parts.ts';
import { TlsContext } from '../../../sockets/tls/context.ts';
import type { TlsOptions } from '../../model/tls-options.ts';
import { type ChannelScope, TlsChannel } from './tls.ts';

/**
 * Creates the channels of a thread's connections.
 * @param hosts of the URL of each server: a name or an IP address.
 * @throws {TlsError} when a certificate, the key or a name is unusable.
 * @throws {UnavailableError} where OpenSSL is not available: see whyNoOpenSsl().
 */
export function makeTlsChannel(
  options: TlsOptions,
  hosts: readonly string[],
  scope: Omit<ChannelScope, 'resume'>,
): TlsChannel {
  const { alpn, ca, identity, resume } = options;
  const parts = new Parts();
  try {
    const peers = hosts.map((host) => {
      const peer = options.servername ?? host;
      const context = parts.own(new TlsContext({ alpn, ca: ca ?? undefined, identity: identity ?? undefined, peer }));
      // An IP address is no name: RFC 6066 §3.
      return { context, servername: isIP(peer) === 0 ? peer : undefined };
    });
    return new TlsChannel(peers, { ...scope, resume });
  } catch (error) {
    parts.free();
    throw error;
  }
}
