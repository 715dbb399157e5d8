/** The longest word that anyone asks for: `transfer-encoding`. */
const LONGEST = 17;

/** A word as it comes in, a byte at a time, to be compared with the few that matter. It may be of any length. */
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
    // Of a longer one only its length matters: it is none of those asked for.
    if (this.#length < LONGEST) this.#bytes[this.#length] = byte;
    this.#length++;
  }

  /** The same, with capital letters of ASCII made small. */
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

/** A word to compare with. @throws {RangeError} when it is too long to be compared. */
export function wordOf(text: string): Uint8Array {
  if (text.length > LONGEST) throw new RangeError(`'${text}' has more than ${LONGEST} letters`);
  return new TextEncoder().encode(text);
}
