/**
 * Framing of messages between the processes of a room. A header of this size precedes each message. It consists of
 * three 32-bit little-endian numbers: the message's length, the pid of the sending process, and which of its sessions
 * sent it.
 */
export const FRAME_HEADER = 12;

/** Largest frame: what a session receives at once (64 KiB) after the longest incomplete line, and the header. */
export const FRAME_LIMIT = 2 * 65_536 + FRAME_HEADER;

/** Returns the header of a frame. */
export function frameHeader(length: number, pid: number, speaker: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(length, pid, speaker).buffer);
}

/** Returns the length in the header at `at`; {@link framePid} and {@link frameSpeaker} return the other two numbers. */
export function frameLength(bytes: Uint8Array, at: number): number {
  return wordAt(bytes, at);
}
export function framePid(bytes: Uint8Array, at: number): number {
  return wordAt(bytes, at + 4);
}
export function frameSpeaker(bytes: Uint8Array, at: number): number {
  return wordAt(bytes, at + 8);
}

/** Returns the end of the frame that begins at `at`; -1 when the frame is incomplete. */
export function frameEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + FRAME_HEADER > end) return -1;
  const frame = at + FRAME_HEADER + frameLength(bytes, at);
  return frame > end ? -1 : frame;
}

/** Splits a stream into whole frames. */
export class FrameCutter {
  #partial: Uint8Array = new Uint8Array(0);

  /** Appends a chunk. @returns the frames that are now complete; the rest is kept for the next chunk. */
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
