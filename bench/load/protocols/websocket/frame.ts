// The header of a frame: RFC 6455 §5.2.

export const FIN = 0x80;
/** RSV1, RSV2 and RSV3. */
export const RESERVED = 0x70;
/** Set in the first frame of a compressed message: RFC 7692 §6. */
export const RSV1 = 0x40;
export const MASKED = 0x80;

// Opcodes. Those of control frames are CLOSE and above.
export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** Length codes for an extended length of 2 bytes and of 8 bytes, and the smallest length that needs each. */
export const LENGTH_16 = 126;
export const LENGTH_64 = 127;
export const SMALLEST_16 = 126;
export const SMALLEST_64 = 65_536;

/** Returns the byte of a mask that applies to byte `i` of a payload. The first byte of a mask is its lowest. */
export function maskByte(mask: number, i: number): number {
  return (mask >>> ((i & 3) * 8)) & 0xff;
}
