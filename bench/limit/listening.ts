import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Transport } from '../../sockets/socket.ts';

// States as /proc/net shows them: include/net/tcp_states.h. A UDP socket that is not connected shows TCP_CLOSE.
const TCP_LISTEN = '0A';
const TCP_CLOSE = '07';

/** Is a port of this machine served? Looks at what the kernel lists (proc_net_tcp), so that the server notices nothing. */
export function isListening(transport: Transport, port: number): boolean {
  return lists(readFileSync(`/proc/net/${transport}`, 'utf8'), transport, port);
}

/** {@link isListening}, of the text of `/proc/net/tcp` or `udp`. */
export function lists(table: string, transport: Transport, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const state = transport === 'tcp' ? TCP_LISTEN : TCP_CLOSE;
  return new RegExp(`^\\s*\\d+: [0-9A-F]{8}:${hex} [0-9A-F]{8}:0000 ${state} `, 'm').test(table);
}

/** A TCP port of loopback that nobody serves at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return address.port;
}
