import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { receiveDescriptors } from '../sockets/descriptor-passing.ts';
import { check } from '../sockets/errno.ts';
import { NativeMemory } from '../sockets/memory.ts';
import { close, SHUT_RDWR, send, setBlocking, setOption, shutdown } from '../sockets/socket.ts';
import { loadApp } from './apps/catalog.ts';
import { type FirstDatagram, serveDatagrams } from './blocking.ts';
import { serveStream } from './blocking-stream.ts';
import type { ServerSpec } from './contract.ts';
import { serveLinkedStream } from './linked-stream.ts';
import { INHERITED_FD } from './process.ts';
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
  /** A link to what joins it with those of other processes, for an app that needs a room; closed by whoever opened it. */
  readonly link?: number | undefined;
}

/** What a process is told of a client, beside its socket and perhaps a link. Plain data: crosses as JSON. */
export type PassedConversation = Pick<Conversation, 'spec' | 'first'>;

/** Serves one client with blocking calls until it has finished (TCP) or been silent for a while (UDP). */
export async function converse({ fd, spec, first, room: memory, link }: Conversation): Promise<void> {
  const room = DescriptorRoom.of(memory);
  try {
    const app = await loadApp(spec);
    setBlocking(fd, true);
    if (spec.transport === 'tcp') {
      setOption(fd, 'TCP_NODELAY', 1);
      if (link !== undefined) serveLinkedStream(fd, link, app);
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

/** In a thread: serves clients that its main thread sends it, one at a time, and tells of each end; null ends it. */
export function serveClientsOfThread(): void {
  const port = parentPort;
  // Between clients it waits on its event loop, which gives back what they took.
  port?.on('message', async (conversation: Conversation | null) => {
    if (conversation === null) return port.close();
    await converse(conversation);
    port.postMessage('served');
  });
}

/**
 * In a process: blocks until a client's socket comes over the control socket that it inherited, serves it, and answers with
 * a byte; ends when the other end of that is closed.
 */
export async function serveClientsOfProcess(): Promise<void> {
  const served = new NativeMemory(8);
  for (;;) {
    const passed = receiveDescriptors(INHERITED_FD);
    if (passed === undefined) return;
    const [fd, link] = passed.fds;
    // Out of descriptors, here: the client's went with the message.
    if (fd === undefined) throw new Error('no socket came with a client');
    const conversation: PassedConversation = JSON.parse(Buffer.from(passed.bytes).toString());
    await converse({ ...conversation, fd, link });
    for (const each of passed.fds) close(each);
    check(send(INHERITED_FD, served, 0, 1), 'send');
    // The event loop gives back what the conversation took.
    await nextTurn();
  }
}
