import { onTestFinished } from 'vitest';
import { check } from '../../sockets/errors/errno.ts';
import { accept, close, connect, localAddress, openServer, socket } from '../../sockets/socket.ts';

/** Returns two ends of a TCP connection. The client's end blocks. */
export function connectedPair(blocking: boolean): { client: number; server: number } {
  const listener = openServer('tcp', { host: '127.0.0.1', port: 0 });
  const client = check(socket('tcp', '127.0.0.1'), 'socket');
  onTestFinished(() => {
    close(listener);
    close(client);
  });
  check(connect(client, localAddress(listener)), 'connect');
  return { client, server: check(accept(listener, blocking), 'accept') };
}
