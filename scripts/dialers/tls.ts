import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Dialer } from './dialer.ts';

/** TLS over a TCP connection. Whose certificate it is isn't asked: servers of this program sign their own. */
export const tls: Dialer = {
  messages: false,
  closes: true,
  patienceMs: 10_000,
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
