import * as z from 'zod';
import {
  alarmsAtTolerance,
  type Frequency,
  falseAlarms,
  falsePasses,
  holds,
  machineNames,
  power,
} from '../../../bench/lab/verify/regression-claims.ts';
import { scalingClaims, scalingHolds } from '../../../bench/lab/verify/scaling-claims.ts';
import { SimulatedMachine } from '../../../bench/lab/verify/simulated-machine.ts';
import { EXIT } from '../../../bench/model/exit-code.ts';
import { parseInteger } from '../../../bench/model/units.ts';
import { renderClaims } from '../../../reports/renderers/claims.ts';
import type { Command } from '../../cli/command.ts';
import { parsed } from '../../cli/flag-types.ts';
import { log, mayColor, print, reportWidth } from '../../cli/output.ts';
import { parseSeed } from '../../cli/seed.ts';

const MAX_RUNS = 1_000_000;

const schema = z.strictObject({
  runs: parsed(parseRuns)
    .prefault('10000')
    .meta({ description: 'Simulated checks where nothing changed, on each machine' }),
  'change-runs': parsed(parseRuns)
    .prefault('2000')
    .meta({ description: 'Simulated checks of each change, on each machine' }),
  curves: parsed(parseRuns).prefault('1000').meta({ description: 'Simulated scaling curves of each kind' }),
  seed: parsed(parseSeed).prefault('1').meta({ description: 'Seed of all random choices' }),
});

/** Measures on simulated machines how often our verdicts, and those of rules in use elsewhere, are wrong. */
export const verifyStats: Command<typeof schema> = {
  name: '$0',
  describe: 'Measures on simulated machines how often verdicts are wrong: ours, and those of rules used elsewhere.',
  schema,
  examples: [['--runs 1000 --change-runs 200 --curves 100', 'Coarser, in half a minute']],
  async run(flags) {
    const { runs, 'change-runs': changeRuns, curves, seed } = flags.values;
    flags.assertNoFaults();
    const frequencies = machineNames.flatMap((name): Frequency[] => {
      log(`simulating a machine: ${name}`);
      const machine = new SimulatedMachine(name, seed);
      return [
        ...falseAlarms(machine, runs),
        ...alarmsAtTolerance(machine, runs),
        ...[0.05, 0.1, 0.2].flatMap((share) => power(machine, share, changeRuns)),
        ...falsePasses(machine, changeRuns),
      ];
    });
    log('fitting curves');
    const scaling = scalingClaims(curves, seed);
    print(renderClaims(frequencies, scaling, { color: mayColor(process.stdout, false), width: reportWidth() }));
    return frequencies.every(holds) && scalingHolds(scaling) ? EXIT.ok : EXIT.regressed;
  },
};

function parseRuns(text: string): number {
  const runs = parseInteger(text);
  if (runs < 1 || runs > MAX_RUNS) throw new RangeError(`${runs} is not a whole number from 1 to ${MAX_RUNS}`);
  return runs;
}
