import { spawnSync } from 'node:child_process';
import * as z from 'zod';
import { whyNoHosts } from '../../../bench/lab/fleet/losses/bridged-hosts.ts';
import { losses } from '../../../bench/lab/fleet/losses/losses.ts';
import { Stage } from '../../../bench/lab/fleet/losses/stage.ts';
import { type LossTry, tryLoss } from '../../../bench/lab/fleet/losses/try-loss.ts';
import { EXIT } from '../../../bench/model/exit-code.ts';
import { drawTable, painter } from '../../../reports/renderers/terminal.ts';
import { type LossRow, lossesTable } from '../../../reports/tables/losses.ts';
import { streamOf } from '../../../servers/random/streams.ts';
import { integer, seed as seedFlag } from '../../cli/amounts.ts';
import type { Command } from '../../cli/command.ts';
import { text } from '../../cli/flag-types.ts';
import { log, mayColor, print, reportWidth } from '../../cli/output.ts';

/** From the assignment until after the end of a trial. */
const LONGEST_MOMENT_MS = 2500;

const schema = z.strictObject({
  tries: integer().prefault('20').meta({ description: 'Tries of each' }),
  only: text().optional().meta({ description: 'Only those whose name contains this' }),
  seed: seedFlag().prefault('1').meta({ description: 'Seed of the moments' }),
});

/** Loses agents, NATS and controllers of a real fleet, at random moments, and judges what follows. */
export const fleetLosses: Command<typeof schema> = {
  name: '$0',
  describe: 'Loses agents, NATS and controllers of a real fleet on three hosts of this machine, at random moments.',
  schema,
  examples: [['--tries 3 --only NATS', 'a part of it']],
  async run(flags) {
    const why = whyNoHosts() ?? spawnSync('nats-server', ['--version']).error?.message;
    if (why !== undefined) flags.refuse(`the hosts and the NATS server can't be started here: ${why}`);
    flags.assertNoFaults();
    const { tries, only = '', seed } = flags.values;
    const rows: LossRow[] = [];
    const stage = await Stage.open();
    try {
      for (const [ordinal, loss] of losses.entries()) {
        if (!loss.name.includes(only)) continue;
        const random = streamOf('impairments', { seed, ordinal });
        const done: LossTry[] = [];
        for (let number = 1; number <= tries; number++) {
          const outcome = await tryLoss(loss, stage, random() * LONGEST_MOMENT_MS);
          done.push(outcome);
          const { faults, left } = outcome;
          log(`${loss.name}, ${number}: ${faults.length === 0 ? 'right' : faults.join('; ')}; ${left} left running`);
        }
        rows.push({ name: loss.name, tries: done });
      }
    } finally {
      await stage.close();
    }
    print(drawTable(lossesTable(rows), reportWidth(), painter(mayColor(process.stdout, false))));
    const isRight = rows.every((row) => row.tries.every(({ faults, left }) => faults.length === 0 && left === 0));
    return isRight ? EXIT.ok : EXIT.regressed;
  },
};
