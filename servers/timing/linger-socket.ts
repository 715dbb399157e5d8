import type { Socket } from 'node:net';
import { LINGER_MS } from './lingering.ts';

/** Destroys a socket whose peer does not send FIN within {@link LINGER_MS} from now. */
export function linger(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
