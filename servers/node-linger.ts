import type { Socket } from 'node:net';
import { LINGER_MS } from './lingering.ts';

/** Gives up a peer whose FIN doesn't come in time: {@link LINGER_MS} from now. */
export function linger(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
