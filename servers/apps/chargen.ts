import type { Random } from '../random/streams.ts';
import type { AppOptions, DatagramApp, DatagramReply, StreamApp, StreamReply, StreamSession } from './app.ts';

/** The printable ASCII characters, from space to tilde, as a ring. */
const FIRST_CHARACTER = 0x20;
const CHARACTERS = 95;
const LINE_CHARACTERS = 72;
/** Includes carriage return and line feed. */
const LINE_BYTES = LINE_CHARACTERS + 2;

/** Rotations of the ring in one block. The block ends where it began, so blocks join; 197 kB keep the kernel busy. */
const ROTATIONS = 28;
/** Most characters in a datagram. */
const LONGEST_DATAGRAM = 512;

/** Returns the example pattern of RFC 864: line n contains characters n to n + 71 of the ring. */
function pattern(lines: number): Uint8Array {
  const bytes = new Uint8Array(lines * LINE_BYTES);
  for (let line = 0; line < lines; line++) {
    const start = line * LINE_BYTES;
    for (let i = 0; i < LINE_CHARACTERS; i++) bytes[start + i] = FIRST_CHARACTER + ((line + i) % CHARACTERS);
    bytes.set([0x0d, 0x0a], start + LINE_CHARACTERS);
  }
  return bytes;
}

/** All apps of a thread share it: some models make an app for each client. */
const BLOCK = pattern(ROTATIONS * CHARACTERS);

/**
 * Character generator: RFC 864. Over a stream it sends the pattern without end, discards what it receives, and ends
 * when the peer has finished sending: in the RFC the client ends the connection. It answers a datagram with 0 to 512
 * characters of the pattern. The lengths are random, and the same for the same seed.
 */
class Chargen implements StreamApp, DatagramApp, StreamSession {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  stream(): StreamSession {
    return this;
  }

  receive(): void {}

  produce(reply: StreamReply): void {
    reply.sendConstant(BLOCK, 0, BLOCK.length);
  }

  datagram(_bytes: Uint8Array, _start: number, _end: number, reply: DatagramReply): void {
    reply.send(BLOCK, 0, this.#nextLength());
  }

  #nextLength(): number {
    return Math.floor(this.#random() * (LONGEST_DATAGRAM + 1));
  }
}

export function createApp({ random }: Pick<AppOptions, 'random'>): StreamApp & DatagramApp {
  return new Chargen(random);
}
