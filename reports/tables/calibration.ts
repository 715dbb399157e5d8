import { type CalibrationReading, isWithin } from '../../bench/lab/calibrate/cases.ts';
import { formatMicros, NONE } from '../text/quantities.ts';
import { type Column, cell, type Row, type Table } from '../text/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'quantity', align: 'left', shrinks: true },
  { title: 'injected', align: 'right' },
  { title: 'reported', align: 'right' },
  { title: 'tolerance', align: 'right' },
  { title: '', align: 'left' },
];

/** Returns a line for each injected value. */
export function calibrationTable(readings: readonly CalibrationReading[]): Table {
  return { title: 'Calibration', columns: COLUMNS, groups: [{ label: null, rows: readings.map(rowOf) }] };
}

function rowOf(reading: CalibrationReading): Row {
  const { what, unit, injected, reported, tolerance } = reading;
  const write = (value: number) => (unit === 'micros' ? formatMicros(value) : value.toLocaleString('en'));
  const within = isWithin(reading);
  return [
    cell(what),
    cell(write(injected)),
    cell(reported === null ? NONE : write(reported)),
    cell(tolerance === 0 ? 'none' : write(tolerance)),
    within ? cell('ok') : cell('OFF', 'bad'),
  ];
}
