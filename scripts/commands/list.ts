import * as z from 'zod';
import { EXIT } from '../../bench/model/exit-code.ts';
import { workloads } from '../../bench/model/operating-point.ts';
import { renderListing } from '../../reports/renderers/listing.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { type AppEntry, appNames, apps } from '../../servers/apps/app-catalog.ts';
import type { CarryingModel } from '../../servers/apps/capability.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { type ModelName, models, transportsCarrying } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Command } from '../cli/command.ts';
import { toggle } from '../cli/flag-types.ts';
import { mayColor, print, reportWidth } from '../cli/output.ts';

const schema = z.strictObject({ json: toggle().meta({ description: 'Print JSON, for programs' }) });

/** `sockbench list`: prints models, apps and workloads. */
export const list: Command<typeof schema> = {
  name: 'list',
  describe: 'List concurrency models, apps and workloads',
  schema,
  examples: [
    ['list', 'as tables'],
    ['list --json', 'the same as JSON, for programs'],
  ],
  async run(flags) {
    flags.assertNoFaults();
    const page = { color: mayColor(process.stdout, false), width: reportWidth() };
    print(flags.values.json ? jsonDocument(listing()) : renderListing(listing(), page));
    return EXIT.ok;
  },
};

function listing() {
  return {
    models: (Object.keys(models) as ModelName[]).map((name) => {
      const { title, summary, transports } = models[name];
      const { without = {} }: CarryingModel = models[name];
      const carries = carriesOf(name);
      const reason = whyUnavailable(name);
      return {
        name,
        title,
        summary,
        transports,
        without,
        apps: Object.keys(carries),
        carries,
        available: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      };
    }),
    apps: appNames.map((name) => {
      const { title, summary, transports, needs, answersDatagrams, workload }: AppEntry = apps[name];
      return { name, title, summary, transports, needs, answersDatagrams, workload };
    }),
    workloads: Object.entries(workloads).map(([name, summary]) => ({ name, summary })),
  };
}

/** Returns the apps that a model serves, each with its transports. */
function carriesOf(model: ModelName): Record<string, readonly TransportName[]> {
  const each = appNames.map((app) => [app, transportsCarrying(model, app)] as const);
  return Object.fromEntries(each.filter(([, transports]) => transports.length > 0));
}
