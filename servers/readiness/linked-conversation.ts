import { setTimerSlack } from '../../sockets/os/process.ts';
import { POLLIN, POLLOUT } from '../../sockets/polling/poll.ts';
import { close, setBlocking } from '../../sockets/socket.ts';
import type { ServerSpec } from '../contract.ts';
import { HubRoom } from '../rooms/hub-room.ts';
import { loadStreamApp } from '../served.ts';
import { StreamBuffers } from './connection.ts';
import { PollPoller } from './poll-poller.ts';
import { WatchedConnections } from './watched-connections.ts';

/**
 * Serves one TCP client of a room whose other clients are in other processes. poll(2) waits for the client and the hub
 * together. Resolves when the conversation is over, and the hub has read all messages and closed the link.
 * @param fd the connection. It is closed as soon as the conversation is over.
 * @param link leads to the hub of the room. It is closed in the end.
 */
export async function serveLinkedConversation(fd: number, link: number, spec: ServerSpec): Promise<void> {
  const app = await loadStreamApp(spec);
  if (spec.work !== undefined) setTimerSlack(1);
  setBlocking(fd, false);
  const room = new HubRoom(link);
  const poller = new PollPoller();
  const connections = new WatchedConnections(poller, app, new StreamBuffers(room));
  try {
    poller.add(link, POLLIN);
    connections.open(fd);
    while (room.isLinked) {
      room.flush();
      const { hasUnsent } = room;
      if (!hasUnsent && !connections.has(fd)) room.finish();
      poller.change(link, hasUnsent ? POLLIN | POLLOUT : POLLIN);
      // The client is not read while the hub accepts nothing.
      connections.hold(fd, hasUnsent);
      const ready = poller.wait(connections.waitMs());
      for (let i = 0; i < ready; i++) {
        if (poller.readyAt(i) === link) room.receive();
        else connections.serve(fd);
      }
      connections.checkTimes();
    }
  } finally {
    connections.free();
    poller.free();
    close(link);
  }
}
