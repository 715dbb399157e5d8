import type { Slice } from '../model/trial.ts';

/** Most slices to keep. A longer load has longer slices. */
const MAX_SLICES = 600;

/**
 * Counts what was completed in each slice of a load, however long the load is. When there are too many slices,
 * neighbours are joined, and later slices have the new length.
 */
export class Slices {
  readonly #begin: number;
  #slices: Slice[] = [];
  #time: number;
  #completed: number;
  #readings = 0;
  /** Readings in a slice. */
  #each = 1;

  /**
   * @param begin when measuring began, in monotonic nanoseconds.
   * @param completed requests completed by then.
   */
  constructor(begin: number, completed: number) {
    this.#begin = begin;
    this.#time = begin;
    this.#completed = completed;
  }

  get slices(): Slice[] {
    return this.#slices;
  }

  /**
   * Records a reading. Readings come at equal intervals.
   * @param time of the reading, in monotonic nanoseconds.
   * @param completed requests completed so far.
   * @param last whether the load ends there, so that the interval may be shorter.
   */
  read(time: number, completed: number, last: boolean): void {
    if (this.#slices.length === MAX_SLICES) this.#halve();
    this.#readings++;
    if (this.#readings % this.#each !== 0 && !last) return;
    this.#add({ second: (time - this.#begin) / 1e9, completed: completed - this.#completed }, time - this.#time);
    this.#time = time;
    this.#completed = completed;
  }

  /** Adds a slice. A last slice that is too short for a meaningful rate is joined to the one before. */
  #add(slice: Slice, nanos: number): void {
    const before = this.#slices.at(-1);
    const usual = before === undefined ? 0 : (before.second * 1e9) / this.#slices.length;
    if (before !== undefined && nanos < usual / 2) this.#slices.splice(-1, 1, joined(before, slice));
    else this.#slices.push(slice);
  }

  #halve(): void {
    const slices = this.#slices;
    this.#slices = slices.flatMap((slice, i) => (i % 2 === 0 ? [joined(slice, slices[i + 1] ?? slice)] : []));
    this.#each *= 2;
  }
}

function joined(first: Slice, second: Slice): Slice {
  return { second: second.second, completed: first.completed + second.completed };
}
