import { SHUT_RDWR, setBlocking, setOption, shutdown } from '../sockets/socket.ts';
import { loadApp } from './apps/catalog.ts';
import { type FirstDatagram, serveDatagrams } from './blocking.ts';
import { serveStream } from './blocking-stream.ts';
import type { ServerSpec } from './contract.ts';
import { serveLinkedStream } from './linked-stream.ts';
import { DescriptorRoom } from './rooms/descriptor-room.ts';

/** One client's socket and what to say on it. Plain data: it crosses to threads and child processes. */
export interface Conversation {
  /** A TCP connection, or a UDP socket connected to one peer. It stays open, for whoever opened it to close. */
  readonly fd: number;
  readonly spec: ServerSpec;
  /** UDP: the datagram that began the conversation. It came to the server's own socket, and is answered first. */
  readonly first: FirstDatagram | undefined;
  /** What the client shares with those of other threads; undefined when the app needs no room. */
  readonly room?: SharedArrayBuffer | undefined;
}

/** Serves one client with blocking calls until it has finished (TCP) or been silent for a while (UDP). */
export async function converse({ fd, spec, first, room: memory }: Conversation): Promise<void> {
  const room = DescriptorRoom.of(memory);
  try {
    const app = await loadApp(spec);
    setBlocking(fd, true);
    if (spec.transport === 'tcp') {
      setOption(fd, 'TCP_NODELAY', 1);
      if (spec.linked) serveLinkedStream(fd, app);
      else serveStream(fd, app, room);
    } else {
      serveDatagrams(fd, app, first);
    }
  } finally {
    // FIN at once, however long the thread or process takes to go.
    shutdown(fd, SHUT_RDWR);
    room?.free();
  }
}
