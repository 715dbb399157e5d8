import { onTestFinished } from 'vitest';
import { send, setOption } from '../../sockets/socket.ts';
import { TimestampedReceiver } from '../../sockets/timestamps.ts';
import { PATIENCE_MS } from '../servers/until.ts';
import { connection, memory } from '../sockets/open.ts';

/**
 * Has the kernel stamp packets until the test finishes, and returns when it does. It starts to stamp some time after
 * the first socket asks for it (net_enable_timestamp() of the kernel leaves that to a work queue), and a busy machine
 * may take longer for that than a short load lasts.
 */
export function stamping(): void {
  const [client, server] = connection();
  setOption(server, 'SO_TIMESTAMPNS', 1);
  const receiver = new TimestampedReceiver(memory(8));
  onTestFinished(() => receiver.free());
  const out = memory(8);
  for (const end = Date.now() + PATIENCE_MS; receiver.seconds === 0; ) {
    if (Date.now() > end) throw new Error('the kernel never stamped a packet');
    send(client, out, 0, 1);
    receiver.receive(server);
  }
}
