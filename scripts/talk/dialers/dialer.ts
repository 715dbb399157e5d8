import type { Duplex } from 'node:stream';
import type { TargetSpec } from '../../../bench/model/configuration.ts';

/** An address to talk to, with its host resolved. */
export type Peer = TargetSpec & { readonly kind: 'address' };

/** Opens a manual conversation over the protocol of one URL scheme. */
export interface Dialer {
  /** Whether each line is sent as its own message. Otherwise the input is sent as a byte stream. */
  readonly messages: boolean;
  /** Whether the protocol signals a close. If so, it must follow the end of the input; otherwise silence suffices. */
  readonly closes: boolean;
  /** Default time that the peer may be silent after the end of the input, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Opens the conversation. Ending the writable side signals the end of the input (FIN). The readable side ends when
   * the peer closes. Received messages are read as a stream of bytes, without their boundaries.
   * @param signal cancels the opening; has no effect once the conversation is open.
   * @throws {Error} with a system error code, such as ECONNREFUSED; a TargetError; or an AbortError.
   */
  dial(peer: Peer, signal: AbortSignal): Promise<Duplex>;
}
