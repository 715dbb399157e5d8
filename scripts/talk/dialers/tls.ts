import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Dialer } from './dialer.ts';

/** Dials over TLS. The certificate is not verified: the built-in servers use self-signed ones. */
export const tls: Dialer = {
  messages: false,
  closes: true,
  timeoutMs: 10_000,
  async dial({ address }, signal) {
    const socket = connect({ ...address, rejectUnauthorized: false });
    socket.setNoDelay(true);
    try {
      await once(socket, 'secureConnect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket;
  },
};
