import * as z from 'zod';
import { type GrowthRow, measureGrowth } from '../../../bench/lab/fleet/growth.ts';
import { type LoadCost, measureCost } from '../../../bench/lab/fleet/path-cost.ts';
import { measureStarts, type Start, type StartLoad, startLoads } from '../../../bench/lab/fleet/starts.ts';
import { CReference, hasCompiler } from '../../../bench/lab/limit/reference.ts';
import { EXIT } from '../../../bench/model/exit-code.ts';
import { drawTable, painter } from '../../../reports/renderers/terminal.ts';
import { costTable, startsTable } from '../../../reports/tables/fleet-figures.ts';
import { growthTable } from '../../../reports/tables/growth.ts';
import type { Table } from '../../../reports/text/table.ts';
import { getAffinity } from '../../../sockets/os/cpu.ts';
import { duration, integer, integers } from '../../cli/amounts.ts';
import type { Command } from '../../cli/command.ts';
import { someOf } from '../../cli/flag-types.ts';
import { log, mayColor, print, reportWidth } from '../../cli/output.ts';
import { chosenSeed } from '../../cli/seed.ts';
import { natsFlags, readNats } from '../../flags/fleet.ts';

const rows = ['growth', 'starts', 'cost'] as const;

const schema = z.strictObject({
  nats: natsFlags.nats,
  rows: someOf('row', [...rows])
    .optional()
    .meta({ description: `What to measure: some of ${rows.join(', ')} [default: all]` }),
  agents: integers().prefault('1,4,16,64').meta({ description: 'growth: numbers of simulated agents' }),
  duration: duration()
    .prefault('10s')
    .meta({ alias: 'd', description: 'growth, cost: time that each run is measured' }),
  starts: integer().prefault('50').meta({ description: 'starts: number of starts of each load' }),
  connections: integer().prefault('64').meta({ alias: 'c', description: 'starts, cost: connections of all agents' }),
  pairs: integer().prefault('11').meta({ description: 'cost: local runs, and runs of an agent' }),
});

type Values = z.output<typeof schema>;

/** Agents whose starts are compared. */
const STARTING_AGENTS = 8;

/** Measures a fleet on this machine: what its controller uses, how its agents start, and what an agent costs. */
export const fleet: Command<typeof schema> = {
  name: '$0',
  describe:
    'Measures a fleet: what its controller uses, how far agents start apart, and what a request costs an agent.',
  schema,
  examples: [['--nats nats://127.0.0.1:4222', 'after: nats-server -a 127.0.0.1']],
  async run(flags) {
    const nats = readNats(flags);
    flags.assertNoFaults();
    if (nats === undefined) return EXIT.usage;
    const chosen = flags.values.rows ?? rows;
    if (chosen.includes('growth')) await showGrowth(nats.server, flags.values);
    if (!chosen.includes('starts') && !chosen.includes('cost')) return EXIT.ok;
    if (!hasCompiler()) {
      log('skipped: no C compiler (cc) here for the server; Debian has one in package gcc');
      return EXIT.ok;
    }
    const reference = new CReference();
    try {
      const [serverCpu = 0, loadCpu = serverCpu] = getAffinity(0);
      const server = await reference.serveEcho(serverCpu);
      try {
        const setting = { url: nats.server, port: server.port };
        if (chosen.includes('starts')) await showStarts(setting, flags.values);
        if (chosen.includes('cost')) await showCost({ ...setting, cpu: loadCpu }, flags.values);
      } finally {
        await server.stop();
      }
    } finally {
      reference.dispose();
    }
    return EXIT.ok;
  },
};

async function showGrowth(url: string, { agents: numbers, duration: durationMs }: Values): Promise<void> {
  const measured: GrowthRow[] = [];
  for (const agents of numbers) {
    log(`${agents} agents`);
    measured.push(await measureGrowth(url, agents, durationMs / 1000));
  }
  show(growthTable(measured));
}

async function showStarts(
  setting: { readonly url: string; readonly port: number },
  { starts, connections }: Values,
): Promise<void> {
  const plan = { ...setting, starts, connections, agents: STARTING_AGENTS };
  const measured = new Map<StartLoad, Start[]>();
  for (const load of startLoads) {
    const logStart = ({ trueSpreadMicros, estimatedSpreadMicros, latestMicros }: Start) =>
      log(
        `${load}: spread ${trueSpreadMicros.toFixed(0)} µs, estimated ${estimatedSpreadMicros.toFixed(0)} µs, ` +
          `the last ${latestMicros.toFixed(0)} µs after the start`,
      );
    measured.set(load, await measureStarts(plan, load, logStart));
  }
  show(startsTable(STARTING_AGENTS, measured));
}

async function showCost(
  setting: { readonly url: string; readonly port: number; readonly cpu: number },
  { pairs, connections, duration: durationMs }: Values,
): Promise<void> {
  const plan = { ...setting, pairs, connections, seconds: durationMs / 1000, seed: chosenSeed() };
  const measured = await measureCost(plan, ({ local, fleet: agent }) =>
    log(`local ${costText(local)}; agent ${costText(agent)}`),
  );
  show(costTable(measured));
}

function costText({ micros, besides }: LoadCost): string {
  return `${micros.toFixed(3)} µs a request, ${(besides * 100).toFixed(2)} % more beside the load`;
}

function show(table: Table): void {
  print(drawTable(table, reportWidth(), painter(mayColor(process.stdout, false))));
}
