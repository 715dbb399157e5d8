import type { NativeMemory } from '../memory/memory.ts';
import { ThreadMemory } from '../memory/thread-memory.ts';
import { type TlsContext, withText } from './context.ts';
import { describeFailure, errorText, TlsError, type TlsFailure, takeError } from './failure.ts';
import { openssl } from './openssl.ts';
import type { TlsWire } from './wire.ts';

// Constants of openssl/ssl.h and openssl/tls1.h.
const SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
const SSL_ERROR_WANT_READ = 2;
const SSL_ERROR_ZERO_RETURN = 6;
const SSL_SENT_AND_RECEIVED_SHUTDOWN = 3;

/** Why a call did not return data. */
export const NEEDS_BYTES = 0;
/** The peer sent close_notify: nothing follows. */
export const PEER_CLOSED = 1;
export const BROKEN = 2;
export type TlsInterruption = typeof NEEDS_BYTES | typeof PEER_CLOSED | typeof BROKEN;

/** What client and server agreed on. */
export interface Negotiated {
  /** Such as TLSv1.3. */
  readonly version: string;
  /** Such as TLS_AES_256_GCM_SHA384. */
  readonly cipher: string;
  /** The application protocol that the server selected; '' when it selected none. */
  readonly alpn: string;
  /** Whether the session of an earlier connection was resumed. */
  readonly resumed: boolean;
}

/** A pointer of 8 bytes, and a length. */
const results = new ThreadMemory(16);
const LENGTH = 8;

/** A TLS connection over the memory of a {@link TlsWire}: SSL_new(3). */
export class TlsConnection {
  readonly #ssl = openssl();
  readonly #context: TlsContext;
  readonly #address: number;

  /**
   * @param servername name for the server to choose its certificate by (SNI, RFC 6066 §3); undefined: none is sent.
   * @param session of {@link takeSession}, to be resumed; 0: none.
   * @throws {TlsError} when memory is short.
   */
  constructor(context: TlsContext, wire: TlsWire, servername: string | undefined, session: number) {
    const ssl = this.#ssl;
    this.#context = context;
    this.#address = ssl.SSL_new(context.address);
    if (this.#address === 0) throw new TlsError(`SSL_new: ${errorText(takeError())}`);
    // The connection takes over one reference to each.
    ssl.BIO_up_ref(wire.incoming);
    ssl.BIO_up_ref(wire.outgoing);
    ssl.SSL_set_bio(this.#address, wire.incoming, wire.outgoing);
    if (context.role === 'server') {
      ssl.SSL_set_accept_state(this.#address);
      return;
    }
    ssl.SSL_set_connect_state(this.#address);
    if (servername !== undefined) {
      withText(servername, (name) => ssl.SSL_ctrl(this.#address, SSL_CTRL_SET_TLSEXT_HOSTNAME, 0, name));
    }
    if (session !== 0) ssl.SSL_set_session(this.#address, session);
  }

  /** Continues the handshake. @returns 1 when it is complete; otherwise, see {@link interruption}. */
  handshake(): number {
    // SSL_get_error(3) reports any error in the thread's queue, also one of an earlier call.
    this.#ssl.ERR_clear_error();
    return this.#ssl.SSL_do_handshake(this.#address);
  }

  /**
   * Decrypts one record to `offset` and beyond. The memory must have room for it: SSL_read(3).
   * @returns the length of the plain bytes; 0 or less: see {@link interruption}.
   */
  read(memory: NativeMemory, offset: number): number {
    const room = memory.size - offset;
    return this.#ssl.SSL_read(this.#address, memory.addressOf(offset, room, 'SSL_read'), room);
  }

  /** Encrypts `length` plain bytes, at least one: SSL_write(3). @returns `length`, or less when it is not possible. */
  write(memory: NativeMemory, offset: number, length: number): number {
    return this.#ssl.SSL_write(this.#address, memory.addressOf(offset, length, 'SSL_write'), length);
  }

  /** Returns why the last call returned `result`, which is 0 or less. */
  interruption(result: number): TlsInterruption {
    const error = this.#ssl.SSL_get_error(this.#address, result);
    if (error === SSL_ERROR_WANT_READ) return NEEDS_BYTES;
    return error === SSL_ERROR_ZERO_RETURN ? PEER_CLOSED : BROKEN;
  }

  /** Returns why the connection is {@link BROKEN}. Valid once, directly after {@link interruption}. */
  failure(): TlsFailure {
    return describeFailure(takeError(), this.#ssl.SSL_get_verify_result(this.#address));
  }

  /** Writes close_notify: SSL_shutdown(3). Call it after the handshake only. */
  close(): void {
    if (this.#ssl.SSL_shutdown(this.#address) < 0) this.#ssl.ERR_clear_error();
  }

  /** Returns what was agreed on in the handshake. */
  negotiated(): Negotiated {
    const ssl = this.#ssl;
    const { memory } = results;
    ssl.SSL_get0_alpn_selected(this.#address, memory.address, memory.address + LENGTH);
    return {
      version: ssl.SSL_get_version(this.#address) ?? '',
      cipher: ssl.SSL_CIPHER_get_name(ssl.SSL_get_current_cipher(this.#address)) ?? '',
      alpn: this.#context.protocolAt(memory.getUint64(0), memory.uint32[LENGTH >> 2] as number),
      resumed: ssl.SSL_session_reused(this.#address) === 1,
    };
  }

  /**
   * Ends a connection that did not fail, and returns its session for a later one; 0 when the server does not allow
   * that. Free the session with {@link freeSession}.
   */
  takeSession(): number {
    const ssl = this.#ssl;
    // Otherwise, SSL_free(3) takes the connection as broken off, and forbids to resume its session.
    ssl.SSL_set_shutdown(this.#address, SSL_SENT_AND_RECEIVED_SHUTDOWN);
    const session = ssl.SSL_get1_session(this.#address);
    if (session === 0 || ssl.SSL_SESSION_is_resumable(session) === 1) return session;
    freeSession(session);
    return 0;
  }

  /** Call it once. */
  free(): void {
    this.#ssl.SSL_free(this.#address);
  }
}

/** Frees a session of {@link TlsConnection.takeSession}. */
export function freeSession(session: number): void {
  openssl().SSL_SESSION_free(session);
}
