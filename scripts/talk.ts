import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Display } from './display.ts';

/** How a conversation ended that did not break: the peer closed it, or was silent for too long. */
export type Farewell = 'closed' | 'silent';

/**
 * Says to a peer what comes from `input`, each chunk as it is, and shows what the peer says. The end of the input is told
 * to the peer (FIN); then the peer may go on until it closes. Its close ends the conversation in any case, and the input
 * with it.
 * @param patienceMs how long the peer may be silent after the end of the input.
 * @throws {Error} with a code of the system, such as ECONNRESET, when the conversation breaks.
 */
export async function talk(
  peer: Duplex,
  input: AsyncIterable<Uint8Array>,
  display: Display,
  patienceMs: number,
): Promise<Farewell> {
  let timer: NodeJS.Timeout | undefined;
  let silent = false;
  const lookWhetherSilent = () => {
    // Perhaps it isn't the peer who is slow, but the reader of what it said.
    if (display.full) return void timer?.refresh();
    silent = true;
    peer.destroy();
  };
  peer.once('finish', () => {
    timer = setTimeout(lookWhetherSilent, patienceMs);
  });
  // When this fails, reading fails for the same reason, and tells it.
  pipeline(input instanceof Readable ? input : Readable.from(input), peer).catch(() => undefined);
  try {
    for await (const bytes of peer) {
      await display.show(bytes);
      timer?.refresh();
    }
    return 'closed';
  } catch (error) {
    if (silent) return 'silent';
    throw error;
  } finally {
    display.end();
    clearTimeout(timer);
    peer.destroy();
  }
}
