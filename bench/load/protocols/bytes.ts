/** Up to this size a loop is faster than Buffer's compare, which costs about 60 ns a call. */
const LOOP_COMPARE_BYTES = 64;
/** Up to this size a loop is faster than the set of typed arrays, which costs about 30 ns a call. */
const LOOP_COPY_BYTES = 32;
/** Up to this size a part is copied by a loop, too: Buffer's copy of a part makes a view object. */
const LOOP_PART_BYTES = 256;

/** Returns the number of equal bytes, before the first difference: `length` bytes at `at`, and `expected` at `from`. */
export function equalBytes(bytes: Uint8Array, at: number, expected: Buffer, from: number, length: number): number {
  if (length > LOOP_COMPARE_BYTES && expected.compare(bytes, at, at + length, from, from + length) === 0) return length;
  let equal = 0;
  while (equal < length && bytes[at + equal] === expected[from + equal]) equal++;
  return equal;
}

/** Copies the first `length` bytes of `source` to `at`. @returns `length`. */
export function copyBytes(source: Buffer, length: number, out: Uint8Array, at: number): number {
  if (length === source.length && length > LOOP_COPY_BYTES) out.set(source, at);
  else if (length > LOOP_PART_BYTES) source.copy(out, at, 0, length);
  else for (let i = 0; i < length; i++) out[at + i] = source[i] as number;
  return length;
}

const ZERO = 0x30;
const LARGEST_INT32 = 0x7fff_ffff;

/** Writes a whole number from 0 to 2^53 - 1 in decimal. @returns the number of digits. */
export function writeDecimal(value: number, out: Uint8Array, at: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  writeDigits(value, digits, out, at);
  return digits;
}

/** Writes the last `digits` decimal digits of a whole number, with leading zeros. */
export function writeDigits(value: number, digits: number, out: Uint8Array, at: number): void {
  let rest = value;
  let i = at + digits - 1;
  for (; i >= at && rest > LARGEST_INT32; i--) {
    const tenth = Math.floor(rest / 10);
    out[i] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  // Integers of 32 bits are divided much faster.
  for (let int = rest | 0; i >= at; i--) {
    const tenth = (int / 10) | 0;
    out[i] = ZERO + int - tenth * 10;
    int = tenth;
  }
}
