import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { receiveDescriptors } from '../../sockets/descriptor-passing.ts';
import { check } from '../../sockets/errors/errno.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { close, SHUT_RDWR, send, setBlocking, setOption, shutdown } from '../../sockets/socket.ts';
import type { ServerSpec } from '../contract.ts';
import { DescriptorRoom } from '../rooms/descriptor-room.ts';
import { loadDatagramApp, loadStreamApp } from '../served.ts';
import { INHERITED_FD } from '../spawning/child-task.ts';
import { type FirstDatagram, serveDatagrams } from './datagrams.ts';
import { serveStream } from './stream.ts';

/** One client's socket and what to serve on it. Plain data: it crosses to threads and child processes. */
export interface Conversation {
  /** A TCP connection, or a UDP socket connected to one peer. The code that opened it closes it. */
  readonly fd: number;
  readonly spec: ServerSpec;
  /** UDP: the datagram that began the conversation. The server's own socket received it; it is answered first. */
  readonly first: FirstDatagram | undefined;
  /** Memory that connects the client with those of other threads; undefined when the app needs no room. */
  readonly room?: SharedArrayBuffer | undefined;
}

/** The message to a process for a client, with its socket and, in a room, a link to the hub. Plain data, as JSON. */
export type PassedConversation = Pick<Conversation, 'spec' | 'first'>;

/** Serves a TCP client of a room whose other clients are in other processes, and closes both descriptors. */
export type ServeLinked = (fd: number, link: number, spec: ServerSpec) => Promise<void>;

/** Serves one client with blocking calls, until it has finished (TCP) or been silent for a while (UDP). */
export async function converse({ fd, spec, first, room: memory }: Conversation): Promise<void> {
  const room = DescriptorRoom.of(memory);
  try {
    setBlocking(fd, true);
    if (spec.transport === 'udp') {
      serveDatagrams(fd, await loadDatagramApp(spec), first);
    } else {
      const app = await loadStreamApp(spec);
      setOption(fd, 'TCP_NODELAY', 1);
      serveStream(fd, app, room);
    }
  } finally {
    // Send FIN at once: the thread or process may take long to end.
    shutdown(fd, SHUT_RDWR);
    room?.free();
  }
}

/**
 * Runs in a thread: serves the clients that the main thread sends, one at a time, and reports each end. null ends it.
 */
export function serveClientsOfThread(): void {
  const port = parentPort;
  // Between clients it waits on its event loop, which lets the memory of the last conversation be freed.
  port?.on('message', async (conversation: Conversation | null) => {
    if (conversation === null) return port.close();
    await converse(conversation);
    port.postMessage('served');
  });
}

/**
 * Runs in a process: blocks until a client's socket comes over the inherited control socket, serves it, and answers
 * with one byte. Returns when the other end of the control socket is closed.
 * @param serveLinked serves a client that comes with a link to the hub of a room.
 */
export async function serveClientsOfProcess(serveLinked: ServeLinked): Promise<void> {
  const served = new NativeMemory(8);
  for (;;) {
    const passed = receiveDescriptors(INHERITED_FD);
    if (passed === undefined) return;
    const [fd, link] = passed.fds;
    // This process is out of descriptors: the client's was lost with the message.
    if (fd === undefined) throw new Error('received a client without its socket');
    const { spec, first }: PassedConversation = JSON.parse(Buffer.from(passed.bytes).toString());
    if (link === undefined) {
      await converse({ fd, spec, first });
      close(fd);
    } else {
      await serveLinked(fd, link, spec);
    }
    check(send(INHERITED_FD, served, 0, 1), 'send');
    // The event loop lets the memory of the conversation be freed.
    await nextTurn();
  }
}
