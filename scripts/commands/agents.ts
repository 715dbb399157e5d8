import * as z from 'zod';
import { EXIT } from '../../bench/model/exit-code.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import type { Command } from '../cli/command.ts';
import { toggle } from '../cli/flag-types.ts';
import { mayColor, print, reportWidth } from '../cli/output.ts';
import { natsFlags, readNats } from '../flags/fleet.ts';
import { displayFlags } from '../flags/output.ts';

/** How long to wait for agents to reply. */
const LIMIT_MS = 1500;

const schema = z.strictObject({
  ...natsFlags,
  json: toggle().meta({ description: 'Print JSON, for programs' }),
  ...displayFlags,
});

/** `sockbench agents`: lists the agents at a NATS server. */
export const agents: Command<typeof schema> = {
  name: 'agents',
  describe: 'List the agents at a NATS server, with their clocks and what disturbs them',
  schema,
  examples: [['agents --nats nats://10.0.0.2', 'who is there']],
  async run(flags) {
    const nats = readNats(flags);
    flags.assertNoFaults();
    if (nats === undefined) return EXIT.usage;
    const [{ connectToNats }, { discover }, { synchronize }, { agentsText }] = await Promise.all([
      import('../../bench/fleet/bus/nats-bus.ts'),
      import('../../bench/fleet/controller/discover.ts'),
      import('../../bench/fleet/controller/synchronize.ts'),
      import('../../reports/renderers/agents.ts'),
    ]);
    const { server: url, credentials, tls } = nats;
    const bus = await connectToNats({ url, credentials, tls, name: 'sockbench agents', reconnects: false });
    try {
      const cards = await discover(bus, LIMIT_MS);
      const clocks = await synchronize(
        bus,
        cards.filter(({ state }) => state !== 'incompatible').map(({ agent }) => agent),
      );
      const listed = cards.map((card) => ({ ...card, clock: clocks.get(card.agent) ?? null }));
      const color = mayColor(process.stdout, flags.values['no-color']);
      print(flags.values.json ? jsonDocument({ agents: listed }) : agentsText(listed, reportWidth(), color));
      return listed.length === 0 ? EXIT.inconclusive : EXIT.ok;
    } finally {
      await bus.close();
    }
  },
};
