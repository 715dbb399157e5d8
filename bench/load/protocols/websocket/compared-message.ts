import { equalBytes } from '../bytes.ts';
import { codes } from './faults.ts';

/**
 * Compares inflated bytes with the expected message. What a back-reference repeats equals the expected message already,
 * so no output is kept, and output beyond the message is a fault at once.
 */
export class ComparedMessage {
  /** Number of inflated bytes so far. */
  position = 0;
  /** The expected message; further bytes may follow. */
  bytes: Buffer = Buffer.alloc(0);
  size = 0;
  #window = 0;

  /** Compares with the first `size` of these bytes. @param window maximum distance of back-references, in bytes. */
  begin(bytes: Buffer, size: number, window: number): void {
    this.bytes = bytes;
    this.size = size;
    this.#window = window;
  }

  /** Number of missing bytes. */
  get left(): number {
    return this.size - this.position;
  }

  /** Compares the `length` bytes at `at`. @returns the number of equal bytes before the first difference. */
  stored(bytes: Uint8Array, at: number, length: number): number {
    const equal = equalBytes(bytes, at, this.bytes, this.position, length);
    this.position += equal;
    return equal;
  }

  /** Compares the bytes of a back-reference. @returns 0 or a fault. */
  repeated(length: number, distance: number): number {
    const { bytes, position } = this;
    const end = position + length;
    if (distance > position || distance > this.#window) return codes.farDistance;
    if (end > this.size) return codes.longMessage;
    for (let i = position; i < end; i++) if (bytes[i] !== bytes[i - distance]) return codes.otherBytes;
    this.position = end;
    return 0;
  }
}
