import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { checkDatagramSent, datagramRetry } from '../../sockets/errors/retry.ts';
import type { DatagramReply } from '../apps/app.ts';
import type { RunningServer, ServerSpec } from '../contract.ts';
import { openSharedPort, refuseSharing } from '../listening/shared-port.ts';
import { after } from '../timing/call-after.ts';

/** UDP over node:dgram, shared by the event-driven, async, cluster and worker-pool models. */

/** Maximum of datagrams that wait to be sent. Further replies are dropped, as a full socket buffer would drop them. */
const SEND_QUEUE_LIMIT = 1024;

/** The name of the address family, for createSocket. */
type SocketType = 'udp4' | 'udp6';

/** Binds a socket and calls `receive` with every datagram. @throws {SystemError} EADDRINUSE and the like. */
export function bindDatagram(
  spec: ServerSpec,
  receive: (datagram: Uint8Array, peer: RemoteInfo, socket: Socket) => void,
): Promise<RunningServer> {
  const type: SocketType = isIPv6(spec.host) ? 'udp6' : 'udp4';
  const socket = createSocket({
    type,
    // Peers are IP addresses: no DNS lookup, and no wait for the next tick.
    lookup: (host, _options, found) => found(null, host, type === 'udp6' ? 6 : 4),
  });
  socket.on('message', (datagram, peer) => receive(datagram, peer, socket));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    const { host: address, port, sharedPort } = spec;
    socket.bind(sharedPort === undefined ? { address, port } : { fd: openSharedPort(spec, sharedPort) }, () => {
      socket.off('error', reject);
      socket.on('error', failed);
      const { address: host, port } = socket.address();
      refuseSharing(port);
      resolve({ address: { host, port }, close: () => new Promise((closed) => void socket.close(() => closed())) });
    });
  });
}

/** Ignores an error that concerns one datagram: UDP allows its loss. @throws {SystemError} for a permanent error. */
function failed({ errno, syscall }: NodeJS.ErrnoException): void {
  if (errno === undefined) return;
  if (syscall === 'recvmsg') datagramRetry(errno, 'recvmsg');
  else checkDatagramSent(errno, 'sendmsg');
}

/** Sends through a node:dgram socket to the sender of the datagram being answered. */
export class NodeDatagramReply implements DatagramReply {
  readonly #socket: Socket;
  #datagram: Uint8Array | undefined;
  #peer: RemoteInfo | undefined;
  #waitNanos = 0;
  /** Number of delayed replies. */
  #held = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Sets the datagram being answered. node:dgram allocated it for this call alone, so replies out of it need no copy.
   */
  answering(datagram: Uint8Array, peer: RemoteInfo): void {
    this.#datagram = datagram;
    this.#peer = peer;
    this.#waitNanos = 0;
  }

  wait(nanos: number): void {
    this.#waitNanos += nanos;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    if (this.#peer === undefined || this.#socket.getSendQueueCount() + this.#held >= SEND_QUEUE_LIMIT) return;
    const part = bytes.subarray(start, end);
    const own = bytes === this.#datagram ? part : new Uint8Array(part);
    if (this.#waitNanos > 0) this.#hold(own, this.#peer);
    else this.#socket.send(own, this.#peer.port, this.#peer.address);
  }

  #hold(datagram: Uint8Array, peer: RemoteInfo): void {
    this.#held++;
    after(this.#waitNanos, () => {
      this.#held--;
      void sendDatagram(this.#socket, datagram, peer);
    });
  }
}

/** Sends one datagram. Resolves when it is sent or lost, also because the socket was closed. Never rejects. */
export function sendDatagram(socket: Socket, datagram: Uint8Array, peer: RemoteInfo): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.send(datagram, peer.port, peer.address, () => resolve());
    } catch {
      resolve();
    }
  });
}
