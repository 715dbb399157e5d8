/**
 * Compares a word with a few known ones, byte by byte, ignoring case. Its state is one small number, so that a word may
 * be cut anywhere.
 */
export class WordMatch {
  readonly #words: readonly Uint8Array[];
  /** Length of the common beginning of each word and the one before it. */
  readonly #shared: readonly number[];
  /** The first word that begins with the bytes so far; -1: none. */
  #word = -1;
  #length = 0;

  /** @param words sorted, in lower case, each shorter than 64 letters. */
  constructor(words: readonly string[]) {
    this.#words = words.map((word) => new TextEncoder().encode(word));
    this.#shared = words.map((word, i) => commonLength(word, words[i - 1] ?? ''));
  }

  /** Starts a word. */
  start(): void {
    this.#word = 0;
    this.#length = 0;
  }

  get empty(): boolean {
    return this.#word === 0 && this.#length === 0;
  }

  /** True when no known word begins with the bytes so far. */
  get isUnknown(): boolean {
    return this.#word < 0;
  }

  /** Makes the word unknown, independently of its bytes. */
  markUnknown(): void {
    this.#word = -1;
  }

  take(byte: number): void {
    const letter = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    const length = this.#length;
    let word = this.#word;
    if (word < 0) return;
    while (this.#words[word]?.[length] !== letter) {
      word++;
      // A word that has less in common with the one before it differs in an earlier byte.
      if (word === this.#words.length || (this.#shared[word] as number) < length) {
        this.#word = -1;
        return;
      }
    }
    this.#word = word;
    this.#length = length + 1;
  }

  /** Returns the index of the word that equals all bytes since {@link start}; -1 for an unknown word. */
  get index(): number {
    return this.#word >= 0 && this.#words[this.#word]?.length === this.#length ? this.#word : -1;
  }

  /** The state, to be continued later. */
  get state(): number {
    return (this.#word + 1) * 64 + this.#length;
  }

  set state(state: number) {
    this.#word = (state >> 6) - 1;
    this.#length = state & 63;
  }
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
