import * as z from 'zod';
import { findingsOf } from '../../bench/doctor/findings.ts';
import { type CalibrationReading, isWithin } from '../../bench/lab/calibrate/cases.ts';
import { calibrationTimes } from '../../bench/lab/calibrate/times.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { calibrationText, findingsText } from '../../reports/renderers/doctor.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { duration } from '../cli/amounts.ts';
import type { Command } from '../cli/command.ts';
import { toggle } from '../cli/flag-types.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { log, mayColor, print, reportWidth } from '../cli/output.ts';
import { displayFlags, quietFlag } from '../flags/output.ts';
import { ProgressDisplay } from '../session/progress.ts';

const schema = z.strictObject({
  calibrate: toggle().meta({
    description: 'Test the instrument with a server that delays, stalls, loses, repeats, reorders and damages replies',
  }),
  duration: duration().optional().meta({
    alias: 'd',
    description: 'With --calibrate: approximate time of all cases together [default: 40s]',
  }),
  json: toggle().meta({ description: 'Print JSON, for programs' }),
  ...displayFlags,
  ...quietFlag,
});

/** `sockbench doctor`: reports what disturbs measurements here, and whether the instrument reports injected faults. */
export const doctor: Command<typeof schema> = {
  name: 'doctor',
  describe: 'Report what will disturb measurements here; with --calibrate, test the instrument',
  schema,
  examples: [
    ['doctor', 'check this machine'],
    ['doctor --calibrate', 'compare injected with reported values, in about 40 s'],
  ],
  async run(flags) {
    const { duration: durationMs, calibrate, json, quiet, 'no-color': noColor } = flags.values;
    if (durationMs !== undefined && !calibrate) flags.refuse('--duration needs --calibrate');
    const times = calibrationTimes(durationMs);
    if (times === undefined) flags.refuse('--duration: a calibration needs at least 5 s');
    flags.assertNoFaults();
    return calibrate && times !== undefined ? calibration(times, { json, quiet, noColor }) : examination(json);
  },
};

async function examination(json: boolean): Promise<number> {
  const { readMachine } = await import('../../bench/doctor/machine-reading.ts');
  const findings = findingsOf(await readMachine());
  print(json ? jsonDocument({ findings }) : findingsText(findings, reportWidth()));
  return findings.some(({ verdict }) => verdict === 'bad') ? EXIT.inconclusive : EXIT.ok;
}

async function calibration(
  times: NonNullable<ReturnType<typeof calibrationTimes>>,
  { json, quiet, noColor }: { readonly json: boolean; readonly quiet: boolean; readonly noColor: boolean },
): Promise<number> {
  const [{ calibrateCase }, { calibrationCases }] = await Promise.all([
    import('../../bench/lab/calibrate/calibration.ts'),
    import('../../bench/lab/calibrate/cases.ts'),
  ]);
  const cases = calibrationCases(times);
  const readings: CalibrationReading[] = [];
  const interrupted = await untilInterrupted(async (signal) => {
    for (const [i, each] of cases.entries()) {
      const display = new ProgressDisplay(process.stderr, quiet);
      if (!quiet) log(`${i + 1} of ${cases.length}: ${each.name}`);
      const observer = { progress: display.progress.bind(display), saved: () => undefined };
      const reading = calibrateCase(each, observer, signal).finally(() => display.finish());
      readings.push(...(await reading.catch(unlessAborted(signal))));
      if (signal.aborted) return true;
    }
    return false;
  });
  const described = readings.map((reading) => ({ ...reading, within: isWithin(reading) }));
  print(
    json
      ? jsonDocument({ readings: described })
      : calibrationText(readings, reportWidth(), mayColor(process.stdout, noColor)),
  );
  if (interrupted) return EXIT.interrupted;
  return described.every(({ within }) => within) ? EXIT.ok : EXIT.inconclusive;
}

/** Ignores errors of a case that was aborted. */
function unlessAborted(signal: AbortSignal) {
  return (error: unknown): CalibrationReading[] => {
    if (!signal.aborted) throw error;
    return [];
  };
}
