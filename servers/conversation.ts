import { close, setBlocking, setOption } from '../sockets/socket.ts';
import { loadApp } from './apps/catalog.ts';
import { serveDatagrams, serveStream } from './blocking.ts';
import type { ServerSpec } from './contract.ts';

/** One client's socket and what to say on it. Plain data: it crosses to threads and child processes. */
export interface Conversation {
  /** A TCP connection, or a UDP socket connected to one peer; closed when the conversation has ended. */
  readonly fd: number;
  readonly spec: ServerSpec;
}

/** Serves one client with blocking calls until it has finished (TCP) or been silent for a while (UDP). */
export async function converse({ fd, spec }: Conversation): Promise<void> {
  try {
    const app = await loadApp(spec.app);
    setBlocking(fd, true);
    if (spec.transport === 'tcp') {
      setOption(fd, 'TCP_NODELAY', 1);
      serveStream(fd, app);
    } else {
      serveDatagrams(fd, app);
    }
  } finally {
    close(fd);
  }
}
