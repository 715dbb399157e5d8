import type { Reason } from '../bench/model/result.ts';

/**
 * Collects remarks and numbers them. Remarks of one kind (the same code) share a footnote, which shows the first one's
 * words: thirty trials with a busy generator are one thing to know, not thirty.
 */
export class Footnotes {
  readonly #notes = new Map<string, { readonly number: number; readonly text: string; count: number }>();

  /** Notes a reason. @returns its footnote's number, from 1. */
  add({ code, message }: Reason): number {
    const note = this.#notes.get(code) ?? { number: this.#notes.size + 1, text: message, count: 0 };
    note.count += 1;
    this.#notes.set(code, note);
    return note.number;
  }

  /** The footnotes in order of their numbers. */
  texts(): string[] {
    return [...this.#notes.values()].map(({ text, count }) =>
      count > 1 ? `${text} (the first of ${count} such trials)` : text,
    );
  }
}
