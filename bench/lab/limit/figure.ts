/** Unit of a number; reports format it accordingly. */
export type FigureUnit = 'ratio' | 'share' | 'perSecond' | 'bytesPerSecond' | 'bytes' | 'micros' | 'seconds' | 'count';

/** One number of a row, and the bounds of its median; without bounds it is shown for comparison only. */
export interface Figure {
  readonly title: string;
  readonly unit: FigureUnit;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What one round measured, by the figure's name. A figure whose tool is not installed is missing. */
export type Measured<Name extends string = string> = Readonly<Partial<Record<Name, number>>>;
