/** Length of the longest word that is compared: `transfer-encoding`. */
const LONGEST = 17;

/** Collects a word byte by byte, for comparison with a few known words. The word may have any length. */
export class Word {
  readonly #bytes = new Uint8Array(LONGEST);
  #length = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  clear(): void {
    this.#length = 0;
  }

  add(byte: number): void {
    // Of a longer word only the length matters: it equals no known word.
    if (this.#length < LONGEST) this.#bytes[this.#length] = byte;
    this.#length++;
  }

  /** Adds a byte, with ASCII letters converted to lower case. */
  addLowerCase(byte: number): void {
    this.add(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);
  }

  is(word: Uint8Array): boolean {
    if (word.length !== this.#length) return false;
    for (let i = 0; i < word.length; i++) {
      if (word[i] !== this.#bytes[i]) return false;
    }
    return true;
  }
}

/** Returns a word to compare with. @throws {RangeError} when it is too long to be compared. */
export function wordOf(text: string): Uint8Array {
  if (text.length > LONGEST) throw new RangeError(`'${text}' has more than ${LONGEST} letters`);
  return new TextEncoder().encode(text);
}
