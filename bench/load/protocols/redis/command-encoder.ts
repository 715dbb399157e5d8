import { copyBytes, writeDecimal } from '../bytes.ts';
import type { Piece } from '../template.ts';
import type { RedisCommand } from './command.ts';
import { Keys } from './keys.ts';

/** Maximum number of bytes of a string's length: 10 digits and CRLF. */
const MAX_LENGTH_BYTES = 12;
const CR = 0x0d;
const LF = 0x0a;

// What a step of the encoder writes.
const LITERAL = 0;
const KEY = 1;
const VALUE = 2;
/** The length of an argument that contains values: fixed bytes plus the values. */
const LENGTH = 3;

interface Step {
  readonly kind: number;
  readonly bytes: Buffer;
  /** With KEY, its index in the command; with LENGTH, the number of fixed bytes. */
  readonly number: number;
  readonly values: number;
}

/** The parts of commands that differ from request to request. */
export interface CommandValues {
  readonly keys: Keys;
  /** Letters: each value consists of the first of them. */
  readonly letters: Buffer;
}

/** Writes a command in RESP. The bytes that all requests have in common are prepared. */
export class CommandEncoder {
  readonly longest: number;
  /** True when all requests are the same. */
  readonly constant: boolean;
  readonly #values: CommandValues;
  readonly #steps: readonly Step[];

  constructor({ parts }: RedisCommand, values: CommandValues) {
    this.#values = values;
    this.#steps = merged([literal(`*${parts.length}\r\n`), ...numbered(parts.flatMap(stepsOf))]);
    const most = [0, Keys.BYTES, values.letters.length, MAX_LENGTH_BYTES];
    this.longest = this.#steps.reduce((sum, { kind, bytes }) => sum + bytes.length + (most[kind] as number), 0);
    this.constant = this.#steps.length === 1;
  }

  /** Writes the command of a request. @param size bytes of its value. @returns bytes written. */
  write(c: number, sequence: number, size: number, out: Uint8Array, at: number): number {
    let next = at;
    for (let i = 0; i < this.#steps.length; i++) {
      const step = this.#steps[i] as Step;
      switch (step.kind) {
        case LITERAL:
          next += copyBytes(step.bytes, step.bytes.length, out, next);
          break;
        case KEY:
          next += this.#values.keys.write(c, sequence, step.number, out, next);
          break;
        case VALUE:
          next += copyBytes(this.#values.letters, size, out, next);
          break;
        default:
          next += writeDecimal(step.number + step.values * size, out, next);
          out[next++] = CR;
          out[next++] = LF;
      }
    }
    return next - at;
  }
}

function literal(text: string | Uint8Array): Step {
  return { kind: LITERAL, bytes: Buffer.from(text), number: 0, values: 0 };
}

function dynamic(kind: number, number = 0, values = 0): Step {
  return { kind, bytes: Buffer.alloc(0), number, values };
}

/** The steps of one argument: its length, its pieces, and CRLF. */
function stepsOf(pieces: readonly Piece[]): Step[] {
  const content = pieces.map((piece) => {
    if (piece.kind === 'bytes') return literal(piece.bytes);
    return dynamic(piece.name === 'key' ? KEY : VALUE);
  });
  const fixed = content.reduce((sum, { kind, bytes }) => sum + bytes.length + (kind === KEY ? Keys.BYTES : 0), 0);
  const values = content.filter(({ kind }) => kind === VALUE).length;
  const length = values === 0 ? literal(`${fixed}\r\n`) : dynamic(LENGTH, fixed, values);
  return [literal('$'), length, ...content, literal('\r\n')];
}

/** Numbers the keys of a command, which are drawn independently. */
function numbered(steps: readonly Step[]): Step[] {
  let keys = 0;
  return steps.map((step) => (step.kind === KEY ? { ...step, number: keys++ } : step));
}

/** Joins adjacent literals. */
function merged(steps: readonly Step[]): Step[] {
  const joined: Step[] = [];
  for (const step of steps) {
    const last = joined.at(-1);
    if (last?.kind === LITERAL && step.kind === LITERAL) {
      joined[joined.length - 1] = literal(Buffer.concat([last.bytes, step.bytes]));
    } else {
      joined.push(step);
    }
  }
  return joined;
}
