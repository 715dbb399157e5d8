import type { Duplex } from 'node:stream';
import type { TargetSpec } from '../../bench/model/configuration.ts';

/** An address to talk to, its host resolved. */
export type Peer = TargetSpec & { readonly kind: 'address' };

/** How to open a conversation by hand, of one scheme of URLs. */
export interface Dialer {
  /** Does each line go as a message of its own? Else what is typed goes as a stream of bytes. */
  readonly messages: boolean;
  /**
   * Does the peer tell that it closes? Then that is awaited after the end of the input; without it a silence has to do.
   */
  readonly closes: boolean;
  /** How long the peer may be silent after the end of the input, in milliseconds, unless the user says otherwise. */
  readonly patienceMs: number;
  /**
   * Opens the conversation. To end the stream's writing is to say that nothing more will be said (FIN); its reading ends
   * when the peer says so. Bytes of several messages are read as they come.
   * @param signal gives up opening it, and does nothing afterwards.
   * @throws {Error} with a code of the system, such as ECONNREFUSED; a TargetError; or an AbortError.
   */
  dial(peer: Peer, signal: AbortSignal): Promise<Duplex>;
}
