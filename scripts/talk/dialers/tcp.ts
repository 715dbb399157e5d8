import { once } from 'node:events';
import { connect } from 'node:net';
import type { Dialer } from './dialer.ts';

/** Dials over TCP, or a Unix-domain socket. */
export const tcp: Dialer = {
  messages: false,
  closes: true,
  timeoutMs: 10_000,
  async dial({ address }, signal) {
    const socket = connect({ ...address, noDelay: true });
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket;
  },
};
