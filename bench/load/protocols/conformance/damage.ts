import type { Random } from '../../../../servers/random/streams.ts';

/** Bytes that often expose faults of parsers: ends of lines, signs, huge and negative numbers, reserved bits. */
const TRICKY_PIECES = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  '-',
  '+',
  '-1',
  '0',
  ':',
  ',',
  'ffffffffffffffff',
  '18446744073709551616',
  '99999999999999999999999',
  '\xff',
  '\x80',
  '\xff\xff\xff\xff\xff\xff\xff\xff\xff',
].map((text) => Buffer.from(text, 'latin1'));

/** Returns bytes with one to three faults: flipped bits; lost, repeated, moved or inserted bytes; a lost end. */
export function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  const faults = 1 + below(3, random);
  for (let i = 0; i < faults; i++) result = damagedOnce(result, random);
  return result;
}

function damagedOnce(bytes: Buffer, random: Random): Buffer<ArrayBuffer> {
  const at = below(bytes.length + 1, random);
  const to = Math.min(bytes.length, at + below(8, random));
  const [head, middle, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (below(7, random)) {
    case 0:
      return Buffer.concat([head, middle.map((byte) => byte ^ (1 << below(8, random))), tail]);
    case 1:
      return Buffer.concat([head, middle.map(() => below(256, random)), tail]);
    case 2:
      return Buffer.concat([head, tail]);
    case 3:
      return Buffer.concat([head, middle, middle, tail]);
    case 4:
      return Buffer.concat([head, tail, middle]);
    case 5:
      return Buffer.concat([head]);
    default:
      return Buffer.concat([head, TRICKY_PIECES[below(TRICKY_PIECES.length, random)] as Buffer, tail]);
  }
}

/** Returns a whole number from 0 to below `limit`. */
export function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}
