import { EXIT } from '../../bench/model/exit-code.ts';
import { workloads } from '../../bench/model/operating-point.ts';
import { paragraph } from '../../reports/paragraph.ts';
import { type AppName, appNames, apps } from '../../servers/apps/catalog.ts';
import { whyNotCarried } from '../../servers/carrying.ts';
import type { ModelName } from '../../servers/catalog.ts';
import { models, whyUnavailable } from '../../servers/catalog.ts';
import type { Command } from '../command.ts';
import type { OptionSet } from '../flags.ts';
import { print, reportWidth } from '../output.ts';

const options = {
  json: { type: 'boolean', default: false, describe: 'As JSON, for programs' },
} as const satisfies OptionSet;

/** `sockbench list`: what can be measured, and with what. */
export const list: Command<typeof options> = {
  name: 'list',
  describe: 'List concurrency models, apps and workloads',
  options,
  examples: [
    ['list', 'what there is'],
    ['list --json', 'the same for programs'],
  ],
  async run(flags) {
    flags.assertNoFaults();
    print(flags.has('json') ? JSON.stringify(listing(), undefined, 2) : readable(listing()));
    return EXIT.ok;
  },
};

function listing() {
  return {
    models: (Object.keys(models) as ModelName[]).map((name) => {
      const { title, summary, transports } = models[name];
      const reason = whyUnavailable(name);
      return {
        name,
        title,
        summary,
        transports,
        apps: appNames.filter((app) => transports.some((one) => whyNotCarried(name, app, one) === undefined)),
        available: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      };
    }),
    apps: appNames.map((name) => {
      const { load: _, ...app } = apps[name];
      return { name, ...app };
    }),
    workloads: Object.entries(workloads).map(([name, summary]) => ({ name, summary })),
  };
}

/** Which models don't carry an app over any transport that it speaks, and why not: a line for each reason. */
function exceptions(app: AppName): string[] {
  const modelsBy = new Map<string, ModelName[]>();
  for (const model of Object.keys(models) as ModelName[]) {
    const reasons = apps[app].transports.map((transport) => whyNotCarried(model, app, transport));
    const [reason] = reasons;
    if (reason === undefined || reasons.includes(undefined)) continue;
    modelsBy.set(reason, [...(modelsBy.get(reason) ?? []), model]);
  }
  return [...modelsBy].map(([reason, without]) => `not by ${without.join(', ')}: ${reason}`);
}

function readable({ models, apps, workloads }: ReturnType<typeof listing>): string {
  const names = [...models, ...apps, ...workloads].map(({ name }) => name.length);
  const columns = 2 + Math.max(...names) + 2;
  const entry = (name: string, text: string) =>
    paragraph(text, reportWidth(), { first: `  ${name}`.padEnd(columns), columns });
  const section = (title: string, lines: readonly string[]) => [title, ...lines].join('\n');
  return [
    section(
      'Models',
      models.flatMap(({ name, summary, transports, reason }) => [
        ...entry(name, `${transports.join(', ')}: ${summary}`),
        ...(reason ? entry('', `not available here: ${reason}`) : []),
      ]),
    ),
    section(
      'Apps',
      apps.flatMap(({ name, summary, transports }) => [
        ...entry(name, `${transports.join(', ')}: ${summary}`),
        ...exceptions(name).flatMap((exception) => entry('', exception)),
      ]),
    ),
    section(
      'Workloads',
      workloads.flatMap(({ name, summary }) => entry(name, summary)),
    ),
  ].join('\n\n');
}
