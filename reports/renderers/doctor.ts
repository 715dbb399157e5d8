import type { Finding } from '../../bench/doctor/findings.ts';
import { type CalibrationReading, isWithin } from '../../bench/lab/calibrate/cases.ts';
import { calibrationTable } from '../tables/calibration.ts';
import { paragraph } from '../text/paragraph.ts';
import { drawTable, painter } from './terminal.ts';

const MARKS = { fine: ' ', note: '!', bad: 'X' } as const satisfies Record<Finding['verdict'], string>;

/** Formats the findings about a machine: one line each, with the advice below. */
export function findingsText(findings: readonly Finding[], width: number): string {
  const columns = 4 + Math.max(...findings.map(({ what }) => what.length)) + 2;
  const indent = (first: string) => ({ first: first.padEnd(columns), columns });
  return findings
    .flatMap(({ what, found, verdict, advice }) => [
      ...paragraph(found, width, indent(`  ${MARKS[verdict]} ${what}`)),
      ...(advice === '' ? [] : paragraph(advice, width, indent(''))),
    ])
    .join('\n');
}

/** Formats injected and reported values, with a conclusion. */
export function calibrationText(readings: readonly CalibrationReading[], width: number, color: boolean): string {
  if (readings.length === 0) return 'Nothing was measured.';
  const off = readings.filter((reading) => !isWithin(reading)).length;
  const verdict =
    off === 0
      ? 'The instrument reports what was injected.'
      : `${off} of ${readings.length} readings are off: this machine was disturbed, or is too slow for measurements. ` +
        'Run it again while no other program is busy.';
  return [drawTable(calibrationTable(readings), width, painter(color)), '', ...paragraph(verdict, width)].join('\n');
}
