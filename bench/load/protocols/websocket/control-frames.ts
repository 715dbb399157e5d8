import { isUtf8 } from 'node:buffer';
import { CLOSE, FIN, MASKED, maskByte, PING, PONG } from './frame.ts';

/** Longest payload of a control frame: RFC 6455 §5.5. */
const MAX_BYTES = 125;
/** Status of a connection that has served its purpose: §7.4.1. */
const NORMAL = 1000;
const NO_STATUS = 1005;

/** The last control frame of each connection, and its answer. Allocates memory at the first control frame only. */
export class ControlFrames {
  /** Maximum size of an answer, in bytes. */
  static readonly LONGEST = MAX_BYTES + 6;
  readonly #connections: number;
  readonly #mask: number;
  readonly #lengths: Uint8Array;
  readonly #opcodes: Uint8Array;
  #bytes: Uint8Array | undefined;

  constructor(connections: number, mask: number) {
    this.#connections = connections;
    this.#mask = mask;
    this.#lengths = new Uint8Array(connections);
    this.#opcodes = new Uint8Array(connections);
  }

  start(c: number, opcode: number): void {
    this.#bytes ??= new Uint8Array(this.#connections * MAX_BYTES);
    this.#lengths[c] = 0;
    this.#opcodes[c] = opcode;
  }

  add(c: number, bytes: Uint8Array, at: number, length: number): void {
    const from = this.#lengths[c] as number;
    if (this.#bytes === undefined || from + length > MAX_BYTES) return;
    for (let i = 0; i < length; i++) this.#bytes[c * MAX_BYTES + from + i] = bytes[at + i] as number;
    this.#lengths[c] = from + length;
  }

  /** Returns the status of a close frame: §7.4. 1005 when it has none, 0 when it or its reason is invalid. */
  closeStatus(c: number): number {
    const length = this.#lengths[c] as number;
    if (length === 0) return NO_STATUS;
    const reason = this.#bytes?.subarray(c * MAX_BYTES + 2, c * MAX_BYTES + length);
    if (length === 1 || reason === undefined || !isUtf8(reason)) return 0;
    const status = this.#byte(c, 0) * 256 + this.#byte(c, 1);
    const isDefined = status >= 1000 && status <= 1014 && !(status >= 1004 && status <= 1006);
    return isDefined || (status >= 3000 && status <= 4999) ? status : 0;
  }

  /** Writes the answer to a ping or close: the same payload, masked. @returns bytes written; 0 for no answer. */
  answer(c: number, out: Uint8Array, at: number): number {
    const opcode = this.#opcodes[c] as number;
    if (opcode !== PING && opcode !== CLOSE) return 0;
    // The reason need not be echoed: §5.5.1.
    const length = opcode === CLOSE ? Math.min(2, this.#lengths[c] as number) : (this.#lengths[c] as number);
    out[at] = FIN | (opcode === PING ? PONG : CLOSE);
    out[at + 1] = MASKED | length;
    for (let i = 0; i < 4; i++) out[at + 2 + i] = maskByte(this.#mask, i);
    for (let i = 0; i < length; i++) out[at + 6 + i] = this.#byte(c, i) ^ maskByte(this.#mask, i);
    return 6 + length;
  }

  /** Writes a close frame of the client, without a reason. @returns bytes written. */
  close(out: Uint8Array, at: number): number {
    out[at] = FIN | CLOSE;
    out[at + 1] = MASKED | 2;
    for (let i = 0; i < 4; i++) out[at + 2 + i] = maskByte(this.#mask, i);
    out[at + 6] = (NORMAL >> 8) ^ maskByte(this.#mask, 0);
    out[at + 7] = (NORMAL & 0xff) ^ maskByte(this.#mask, 1);
    return 8;
  }

  #byte(c: number, i: number): number {
    return this.#bytes?.[c * MAX_BYTES + i] ?? 0;
  }
}
