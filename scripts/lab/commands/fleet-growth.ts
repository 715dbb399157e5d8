import * as z from 'zod';
import { type GrowthRow, measureGrowth } from '../../../bench/lab/fleet/growth.ts';
import { EXIT } from '../../../bench/model/exit-code.ts';
import { drawTable, painter } from '../../../reports/renderers/terminal.ts';
import { growthTable } from '../../../reports/tables/growth.ts';
import { duration, integers } from '../../cli/amounts.ts';
import type { Command } from '../../cli/command.ts';
import { log, mayColor, print, reportWidth } from '../../cli/output.ts';
import { natsFlags, readNats } from '../../flags/fleet.ts';

const schema = z.strictObject({
  nats: natsFlags.nats,
  agents: integers().prefault('1,8,64').meta({ description: 'Numbers of simulated agents' }),
  duration: duration().prefault('5s').meta({ alias: 'd', description: 'Time measured with each, idle and in a trial' }),
});

/** Measures what the controller of a fleet uses, for several numbers of agents with simulated loads. */
export const fleetGrowth: Command<typeof schema> = {
  name: '$0',
  describe: 'Measures what the controller of a fleet uses, for several numbers of agents with simulated loads.',
  schema,
  examples: [['--nats nats://127.0.0.1:4222', 'after: nats-server -a 127.0.0.1']],
  async run(flags) {
    const nats = readNats(flags);
    flags.assertNoFaults();
    if (nats === undefined) return EXIT.usage;
    const rows: GrowthRow[] = [];
    for (const agents of flags.values.agents) {
      log(`${agents} agents`);
      rows.push(await measureGrowth(nats.server, agents, flags.values.duration / 1000));
    }
    print(drawTable(growthTable(rows), reportWidth(), painter(mayColor(process.stdout, false))));
    return EXIT.ok;
  },
};
