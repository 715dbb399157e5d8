/** 128 bits, as signed 32-bit words. */
export type Hash = [number, number, number, number];

/**
 * Computes MurmurHash3_x86_128 with seed 0 (Austin Appleby, public domain) of whole blocks of four little-endian words.
 * It loses no information of one block: keys that differ only within one block never have the same hash.
 */
export function murmur3(words: readonly number[]): Hash {
  let [a, b, c, d]: Hash = [0, 0, 0, 0];
  for (let i = 0; i < words.length; i += 4) {
    a ^= mixed(words[i], 0x239b961b, 15, 0xab0e9789);
    a = (Math.imul(rotated(a, 19) + b, 5) + 0x561ccd1b) | 0;
    b ^= mixed(words[i + 1], 0xab0e9789, 16, 0x38b34ae5);
    b = (Math.imul(rotated(b, 17) + c, 5) + 0x0bcaa747) | 0;
    c ^= mixed(words[i + 2], 0x38b34ae5, 17, 0xa1e38b93);
    c = (Math.imul(rotated(c, 15) + d, 5) + 0x96cd1c35) | 0;
    d ^= mixed(words[i + 3], 0xa1e38b93, 18, 0x239b961b);
    d = (Math.imul(rotated(d, 13) + a, 5) + 0x32ac3b17) | 0;
  }
  const bytes = 4 * words.length;
  const spread = (hash: Hash): Hash => {
    const first = (hash[0] + hash[1] + hash[2] + hash[3]) | 0;
    return [first, (hash[1] + first) | 0, (hash[2] + first) | 0, (hash[3] + first) | 0];
  };
  const [e, f, g, h] = spread([a ^ bytes, b ^ bytes, c ^ bytes, d ^ bytes]);
  return spread([avalanche(e), avalanche(f), avalanche(g), avalanche(h)]);
}

function mixed(word = 0, before: number, bits: number, after: number): number {
  return Math.imul(rotated(Math.imul(word, before), bits), after);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** The finalizer of MurmurHash3, fmix32: a bijection in which each bit depends on all bits of the word. */
export function avalanche(word: number): number {
  let bits = word;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
