import type { AppName } from '../../servers/apps/app-catalog.ts';
import { carryingLegend, carryingTable, type ListedModel, refusals, UNAVAILABLE_MARK } from '../tables/carrying.ts';
import { paragraph } from '../text/paragraph.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Everything that can be measured: models, apps and workloads. */
export interface Listing {
  readonly models: readonly (Listed & ListedModel)[];
  readonly apps: readonly (Listed & { readonly name: AppName })[];
  readonly workloads: readonly Listed[];
}

interface Listed {
  readonly name: string;
  readonly summary: string;
}

/** Spaces before a name, and between columns. */
const INDENT = 2;
const GAP = 2;

/** Renders the listing as text for a terminal. */
export function renderListing({ models, apps, workloads }: Listing, { color, width }: RenderOptions): string {
  const paint = painter(color);
  const modelNames = models.map(({ name }) => name);
  const unavailable = models.some(({ reason }) => reason !== undefined);
  const appNames = apps.map(({ name }) => name);
  const columns = INDENT + longest([...models, ...apps, ...workloads].map(({ name }) => name)) + GAP;
  const entry = (name: string, text: string) =>
    paragraph(text, width, { first: `${' '.repeat(INDENT)}${name}`.padEnd(columns), columns });
  const section = (title: string, ...blocks: readonly (readonly string[])[]) =>
    [...paragraph(title, width).map((line) => paint(line, 'bold')), ...blocks.flat()].join('\n');
  const described = (listed: readonly Listed[]) => listed.map(({ name, summary }) => entry(name, summary));
  return `${[
    section(
      'Models',
      ...models.map(({ name, summary, reason }) => [
        ...entry(name, summary),
        ...(reason ? entry('', `not available here: ${reason}`) : []),
      ]),
    ),
    section('Apps', ...described(apps)),
    section('Workloads', ...described(workloads)),
    section(
      `What each model serves: ${carryingLegend}${unavailable ? `, ${UNAVAILABLE_MARK}: not available here` : ''}`,
    ),
    ...fitting(appNames, width - longest(modelNames) - UNAVAILABLE_MARK.length).map((some) =>
      drawTable(carryingTable(models, some), width, paint),
    ),
    section('What is not served, and why', ...refusals(modelNames, appNames).map(({ what, why }) => entry(what, why))),
  ].join('\n\n')}\n`;
}

/** Splits the names into tables that fit the page, with as many names in each as possible. */
function fitting(names: readonly AppName[], room: number): AppName[][] {
  const tables: AppName[][] = [];
  let left = 0;
  for (const name of names) {
    left -= GAP + name.length;
    const table = tables.at(-1);
    if (table !== undefined && left >= 0) table.push(name);
    else {
      tables.push([name]);
      left = room - GAP - name.length;
    }
  }
  return tables;
}

function longest(names: readonly string[]): number {
  return Math.max(...names.map(({ length }) => length));
}
