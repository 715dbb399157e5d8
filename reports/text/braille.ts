/** First of the 256 braille patterns of Unicode; each of its lowest eight bits is a dot. */
const BLANK = 0x2800;
/** Bits of the dots of a cell, row by row: two columns, four rows. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** Dots of a cell in each direction. */
export const DOTS_WIDE = 2;
export const DOTS_HIGH = 4;

/** A canvas of dots, eight in each cell of a terminal. */
export class BrailleCanvas {
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: Uint8Array;

  /** Both in cells. */
  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** Draws a line between two dots, counted from the upper left corner; its y changes at every x. Outside is cut off. */
  line(fromX: number, fromY: number, toX: number, toY: number): void {
    let last = Math.round(fromY);
    for (let x = fromX; x <= toX; x++) {
      const y = Math.round(fromX === toX ? toY : fromY + ((toY - fromY) * (x - fromX)) / (toX - fromX));
      // A steep line has several dots in a column.
      const step = Math.sign(y - last);
      for (let between = last + step; between !== y && step !== 0; between += step) this.#set(x, between);
      this.#set(x, y);
      last = y;
    }
  }

  /** Returns the character of a cell: a space without dots. */
  at(column: number, row: number): string {
    const dots = this.#cells[row * this.#columns + column] ?? 0;
    return dots === 0 ? ' ' : String.fromCharCode(BLANK + dots);
  }

  #set(x: number, y: number): void {
    const [column, row] = [Math.floor(x / DOTS_WIDE), Math.floor(y / DOTS_HIGH)];
    if (column < 0 || column >= this.#columns || row < 0 || row >= this.#rows) return;
    const cell = row * this.#columns + column;
    this.#cells[cell] = (this.#cells[cell] ?? 0) | (DOTS[y % DOTS_HIGH]?.[x % DOTS_WIDE] ?? 0);
  }
}
