import type { NativeMemory } from '../../../sockets/memory/memory.ts';

/**
 * The contract of a channel, which stands between the plain bytes of a protocol (`bench/load/protocols/protocol.ts`) and
 * the wire bytes of a socket. It has no socket and no clock. Plain TCP needs none.
 */

/** States of a connection. */
export const UNUSED = 0;
export const HANDSHAKING = 1;
/** Plain bytes can be sent and received. */
export const ESTABLISHED = 2;
/** The server ended the channel in an orderly way. FIN follows. */
export const CLOSED = 3;
/** The channel is unusable: see {@link Channel.fault}. Send what is pending, which may be an alert, and close. */
export const FAILED = 4;

export type ChannelState = 0 | 1 | 2 | 3 | 4;

/**
 * Why a channel failed: the server sent an alert; its certificate was refused; its bytes violate the channel's protocol,
 * or are something else; FIN came without the end of the channel, so that an attacker could have cut off data.
 */
export type ChannelFault = 'alert' | 'certificate' | 'violation' | 'truncated';

/**
 * The channels of a thread's connections. `c` is the index of a connection, from 0. Both boxes are shared: what is in
 * them is valid until the next call.
 *
 *     connected     begin, and send what is pending
 *     received      open; send what is pending; pass the plain bytes on; look at the state
 *     requests      seal, and send
 *     FIN           finish; look at the state
 *     to close      close, and send; end
 */
export interface Channel {
  /** Plain bytes of the last `open`. */
  readonly inbox: NativeMemory;
  /** Wire bytes to be sent: of the last `seal`, or the pending ones. */
  readonly outbox: NativeMemory;
  /** Where these bytes begin in the outbox. */
  readonly outAt: number;
  /** Of the channel that failed last. */
  readonly fault: ChannelFault | undefined;
  /** What happened, for a message. */
  readonly faultText: string;

  /** The connection is open: the handshake begins. */
  begin(c: number): void;
  state(c: number): ChannelState;
  /**
   * Returns the number of wire bytes in the outbox, at `outAt`, that must be sent before anything else on the connection, and
   * regards them as sent. Call it after each `begin` and `open`; without this, the next call of another method throws.
   */
  pending(c: number): number;
  /**
   * Reads received bytes, from `at` to `end`, of which there may be no more than the channel was made for. Changes the
   * state, also after plain bytes.
   * @returns the number of plain bytes, which are in the inbox. All of them: the inbox has room for what the wire
   *   bytes can contain.
   */
  open(c: number, wire: NativeMemory, at: number, end: number): number;
  /**
   * Encrypts `length` plain bytes.
   * @returns the number of wire bytes, which are in the outbox at `outAt`; 0 when the connection is not established, or
   *   failed.
   */
  seal(c: number, plain: NativeMemory, at: number, length: number): number;
  /**
   * Returns where the record begins that contains a plain byte of the last `seal`, as an offset in its wire bytes. A
   * server can read nothing of a record before it has all of it.
   */
  recordAt(plain: number): number;
  /** The server sent FIN. The state becomes FAILED with the fault `truncated`, unless it is CLOSED. */
  finish(c: number): void;
  /** Writes the orderly end of the channel. @returns the number of wire bytes, at `outAt`. */
  close(c: number): number;
  /** The connection was closed: frees its state. */
  end(c: number): void;
  /** Frees everything. Nothing may be called afterwards. */
  free(): void;
}
