/** What a number counts; reports write it accordingly. */
export type FigureUnit = 'ratio' | 'share' | 'perSecond' | 'bytesPerSecond' | 'bytes' | 'micros' | 'seconds' | 'count';

/** One number of a row, and what is wanted of its median; nothing for one that is shown for comparison. */
export interface Figure {
  readonly title: string;
  readonly unit: FigureUnit;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What one round measured, by the figure's name. A figure whose tool is not installed is left out. */
export type Measured<Name extends string = string> = Readonly<Partial<Record<Name, number>>>;
