/** The task that the child processes of process-per-connection run. */
import { serveClientsOfProcess } from '../blocking/serve-client.ts';

/**
 * Serves one client after the other with blocking calls. The client of a room must wait for the hub, too, so it is
 * served by readiness, whose code is loaded then.
 * @public named by a task
 */
export function serveClients(): Promise<void> {
  return serveClientsOfProcess(async (fd, link, spec) => {
    const { serveLinkedConversation } = await import('../readiness/linked-conversation.ts');
    return serveLinkedConversation(fd, link, spec);
  });
}
