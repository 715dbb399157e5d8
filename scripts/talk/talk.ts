import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Display } from './display.ts';

/** How a conversation ended without an error: the peer closed it, or sent nothing for too long. */
export type TalkEnd = 'closed' | 'silent';

/**
 * Sends each chunk of `input` to a peer and shows what the peer sends. At the end of the input it ends the writing side
 * (FIN); the peer may continue to send until it closes. When the peer closes, the conversation and the input end.
 * @param timeoutMs how long the peer may be silent after the end of the input, in milliseconds.
 * @throws {Error} with a system error code, such as ECONNRESET, when the conversation breaks.
 */
export async function talk(
  peer: Duplex,
  input: AsyncIterable<Uint8Array>,
  display: Display,
  timeoutMs: number,
): Promise<TalkEnd> {
  let timer: NodeJS.Timeout | undefined;
  let silent = false;
  const lookWhetherSilent = () => {
    // The peer may not be silent at all: the reader of our output may be slow.
    if (display.full) return void timer?.refresh();
    silent = true;
    peer.destroy();
  };
  peer.once('finish', () => {
    timer = setTimeout(lookWhetherSilent, timeoutMs);
  });
  // When this fails, reading from the peer fails for the same reason and reports it.
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
