/**
 * How what was said travels between the processes of a room: a header of three numbers of 32 bits, least byte first, and
 * the bytes. The numbers are how many bytes there are, the pid of the process and which of its conversations said it.
 */
export const FRAME_HEADER = 12;

/** The largest frame: what a session is given at once (64 KiB) behind the longest unfinished line, and the header. */
export const FRAME_LIMIT = 2 * 65_536 + FRAME_HEADER;

/** A frame's header. */
export function frameHeader(length: number, pid: number, speaker: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(length, pid, speaker).buffer);
}

/** The three numbers of the header at `at`. */
export function frameLength(bytes: Uint8Array, at: number): number {
  return wordAt(bytes, at);
}
export function framePid(bytes: Uint8Array, at: number): number {
  return wordAt(bytes, at + 4);
}
export function frameSpeaker(bytes: Uint8Array, at: number): number {
  return wordAt(bytes, at + 8);
}

/** Where the frame that begins at `at` ends; -1 when it has not come as a whole. */
export function frameEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + FRAME_HEADER > end) return -1;
  const frame = at + FRAME_HEADER + frameLength(bytes, at);
  return frame > end ? -1 : frame;
}

/** Cuts a stream at the ends of frames. */
export class FrameCutter {
  #partial: Uint8Array = new Uint8Array(0);

  /** @returns the whole frames that have come with a chunk; what is left over comes with the next. */
  cut(chunk: Uint8Array): Uint8Array {
    const bytes = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    let whole = 0;
    for (let next = frameEnd(bytes, 0, bytes.length); next >= 0; next = frameEnd(bytes, whole, bytes.length))
      whole = next;
    this.#partial = new Uint8Array(bytes.subarray(whole));
    return bytes.subarray(0, whole);
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [number, number, number, number];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
