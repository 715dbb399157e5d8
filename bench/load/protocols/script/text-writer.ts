import { copyBytes, writeDecimal } from '../bytes.ts';
import { RequestDraws } from '../request-draws.ts';
import type { ProtocolScope } from '../scope.ts';
import type { Piece } from '../template.ts';

/** Maximum number of digits of a sequence number or a connection's number. */
const MAX_DIGITS = 10;
/** The alphabet of random text: 32 characters, 5 bits each. */
const CHARACTERS = Buffer.from('abcdefghijklmnopqrstuvwxyz234567');
/** Characters of one draw of 32 bits. */
const CHARACTERS_A_DRAW = 6;
/** Distance of the first draws of two random texts of a request: more than the longest text needs. */
const DRAWS_A_TEXT = 16_384;

interface Step {
  readonly kind: 'bytes' | 'sequence' | 'connection' | 'random';
  readonly bytes: Buffer;
  readonly size: number;
  /** With `random`, the index of its first draw. */
  readonly draw: number;
}

/** Writes the bytes of a template with the values of a request. */
export class TextWriter {
  /** Maximum length in bytes. */
  readonly longest: number;
  /** The bytes, when they are the same for all requests. */
  readonly constant: Buffer | undefined;
  readonly #steps: readonly Step[];
  readonly #draws: RequestDraws;
  readonly #firstConnection: number;

  constructor(pieces: readonly Piece[], { streamKey, firstConnection }: ProtocolScope) {
    let randoms = 0;
    this.#steps = pieces.map((piece): Step => {
      if (piece.kind === 'bytes') return { kind: 'bytes', bytes: Buffer.from(piece.bytes), size: 0, draw: 0 };
      const kind = piece.name as Step['kind'];
      const draw = kind === 'random' ? DRAWS_A_TEXT * randoms++ : 0;
      return { kind, bytes: Buffer.alloc(0), size: kind === 'random' ? piece.size : MAX_DIGITS, draw };
    });
    this.longest = this.#steps.reduce((sum, { bytes, size }) => sum + bytes.length + size, 0);
    const isConstant = this.#steps.every(({ kind }) => kind === 'bytes');
    this.constant = isConstant ? Buffer.concat(this.#steps.map(({ bytes }) => bytes)) : undefined;
    this.#draws = new RequestDraws('request content', streamKey);
    this.#firstConnection = firstConnection;
  }

  /** Writes the text of a request. @returns bytes written. */
  write(c: number, sequence: number, out: Uint8Array, at: number): number {
    if (this.constant !== undefined) return copyBytes(this.constant, this.constant.length, out, at);
    let next = at;
    for (let i = 0; i < this.#steps.length; i++) {
      next += this.#writeStep(this.#steps[i] as Step, c, sequence, out, next);
    }
    return next - at;
  }

  #writeStep(step: Step, c: number, sequence: number, out: Uint8Array, at: number): number {
    switch (step.kind) {
      case 'bytes':
        return copyBytes(step.bytes, step.bytes.length, out, at);
      case 'sequence':
        return writeDecimal(sequence, out, at);
      case 'connection':
        return writeDecimal(this.#firstConnection + c, out, at);
      default:
        return this.#writeRandom(step, c, sequence, out, at);
    }
  }

  #writeRandom({ size, draw }: Step, c: number, sequence: number, out: Uint8Array, at: number): number {
    let bits = 0;
    for (let i = 0; i < size; i++) {
      if (i % CHARACTERS_A_DRAW === 0) {
        bits = this.#draws.bits(this.#firstConnection + c, sequence, draw + i / CHARACTERS_A_DRAW);
      }
      out[at + i] = CHARACTERS[bits & 31] as number;
      bits >>>= 5;
    }
    return size;
  }
}
