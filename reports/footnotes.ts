import type { Reason } from '../bench/model/trial.ts';

interface Note {
  readonly number: number;
  readonly messages: readonly string[];
}

/**
 * Collects remarks and numbers them. Remarks of one kind (the same code) share a footnote, also when their words
 * differ: thirty trials with a busy generator are one thing to know, not thirty.
 */
export class Footnotes {
  readonly #notes = new Map<string, Note>();
  readonly #noun: string;

  /** @param noun what remarks are on. */
  constructor(noun = 'trial') {
    this.#noun = noun;
  }

  /** Notes a reason. @returns its footnote's number, from 1. */
  add({ code, message }: Reason): number {
    const { number, messages } = this.#notes.get(code) ?? { number: this.#notes.size + 1, messages: [] };
    this.#notes.set(code, { number, messages: [...messages, message] });
    return number;
  }

  /** The footnotes in order of their numbers. */
  texts(): string[] {
    return [...this.#notes.values()].map(({ messages }) => {
      const [first = ''] = messages;
      if (messages.length === 1) return first;
      const alike = messages.every((message) => message === first);
      return `${first} (${alike ? '' : 'the first of '}${messages.length} ${this.#noun}s)`;
    });
  }
}
