import type { Reason } from '../../bench/model/trial.ts';

interface Note {
  readonly number: number;
  readonly messages: readonly string[];
}

/**
 * Collects remarks and numbers them. Remarks with the same code share a footnote, even if their messages differ: thirty
 * trials with a busy generator are one remark, not thirty.
 */
export class Footnotes {
  readonly #notes = new Map<string, Note>();
  readonly #noun: string;

  /** @param noun what the remarks are about. */
  constructor(noun = 'trial') {
    this.#noun = noun;
  }

  /**
   * Adds a remark.
   * @returns the number of its footnote, from 1.
   */
  add({ code, message }: Reason): number {
    const { number, messages } = this.#notes.get(code) ?? { number: this.#notes.size + 1, messages: [] };
    this.#notes.set(code, { number, messages: [...messages, message] });
    return number;
  }

  /** Returns the footnotes in the order of their numbers. */
  texts(): string[] {
    return [...this.#notes.values()].map(({ messages }) => {
      const [first = ''] = messages;
      if (messages.length === 1) return first;
      const alike = messages.every((message) => message === first);
      return `${first} (${alike ? '' : 'the first of '}${messages.length} ${this.#noun}s)`;
    });
  }
}
