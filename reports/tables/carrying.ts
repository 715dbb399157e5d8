import { type AppName, apps } from '../../servers/apps/app-catalog.ts';
import { type ModelName, models, transportsCarrying, whyNotCarried, worksOver } from '../../servers/model-catalog.ts';
import { type TransportName, transportNames } from '../../servers/transport.ts';
import { cell, type Table } from '../text/table.ts';

/** Letters of the transports in cells. */
const LETTERS: Readonly<Record<TransportName, string>> = { tcp: 't', udp: 'u', tls: 's', unix: 'x' };

/** Stands where a letter would, when the app is not served over that transport. */
const GAP = '·';

/** What the letters and marks in cells mean, in one line. */
export const carryingLegend = [
  ...transportNames.map((name) => `${LETTERS[name]}: over ${name}`),
  `${GAP}: not over that one`,
  '–: not served',
].join(', ');

/** Follows the names of models that are not available on this machine. */
export const UNAVAILABLE_MARK = '*';

/** A model, and why it is not available on this machine, if it is not. */
export interface ListedModel {
  readonly name: ModelName;
  readonly reason?: string;
}

/** Returns which model serves which app over which transports: a line for each model, a column for each app. */
export function carryingTable(models: readonly ListedModel[], appNames: readonly AppName[]): Table {
  return {
    title: 'What each model serves',
    columns: [{ title: 'model', align: 'left' }, ...appNames.map((title) => ({ title, align: 'left' as const }))],
    groups: [
      {
        label: null,
        rows: models.map(({ name, reason }) => [
          cell(reason === undefined ? name : name + UNAVAILABLE_MARK, reason === undefined ? 'plain' : 'faint'),
          ...appNames.map((app) => cell(lettersOf(transportsCarrying(name, app)))),
        ]),
      },
    ],
  };
}

/** Each letter has a fixed place, so that columns are easy to compare. */
function lettersOf(carried: readonly TransportName[]): string {
  if (carried.length === 0) return '–';
  return transportNames.map((name) => (carried.includes(name) ? LETTERS[name] : GAP)).join('');
}

/** What is not served, and why: each reason once. */
export interface Refusal {
  /** An app, or `over` a transport. */
  readonly what: string;
  /** The models or apps concerned, and the reason. */
  readonly why: string;
}

/** Returns why cells of {@link carryingTable} are not full. */
export function refusals(modelNames: readonly ModelName[], appNames: readonly AppName[]): Refusal[] {
  return [
    ...transportNames.flatMap((transport) => unsupported(transport, appNames)),
    ...transportNames.flatMap((transport) => unserved(transport, modelNames)),
    ...appNames.flatMap((app) => uncarried(app, modelNames)),
  ];
}

function unsupported(transport: TransportName, appNames: readonly AppName[]): Refusal[] {
  const missing = appNames.filter((app) => !worksOver(app, transport));
  return missing.length === 0
    ? []
    : [{ what: `over ${transport}`, why: `${missing.join(', ')}: not supported over ${transport}` }];
}

/** Returns models that serve nothing over a transport, with the reason for an app that is defined over it. */
function unserved(transport: TransportName, modelNames: readonly ModelName[]): Refusal[] {
  const app = (Object.keys(apps) as AppName[]).find((app) => worksOver(app, transport));
  return byReason(`over ${transport}`, modelNames, (model) =>
    app === undefined || isServed(model, transport) ? undefined : whyNotCarried(model, app, transport),
  );
}

/** Returns models that do not carry an app over any transport that both support. */
function uncarried(app: AppName, modelNames: readonly ModelName[]): Refusal[] {
  return byReason(app, modelNames, (model) => {
    const shared = transportNames.find((transport) => worksOver(app, transport) && isServed(model, transport));
    return shared && whyNotCarried(model, app, shared);
  });
}

function byReason(
  what: string,
  modelNames: readonly ModelName[],
  reasonOf: (model: ModelName) => string | undefined,
): Refusal[] {
  const modelsBy = new Map<string, ModelName[]>();
  for (const model of modelNames) {
    const reason = reasonOf(model);
    if (reason !== undefined) modelsBy.set(reason, [...(modelsBy.get(reason) ?? []), model]);
  }
  return [...modelsBy].map(([reason, some]) => ({ what, why: `${named(some, modelNames)}: ${reason}` }));
}

function isServed(model: ModelName, transport: TransportName): boolean {
  return models[model].transports.some((one) => one === transport);
}

/** Lists the names, or the exceptions where that is shorter. */
function named(some: readonly string[], all: readonly string[]): string {
  const others = all.filter((name) => !some.includes(name));
  const listed = some.join(', ');
  const butOthers = `all models except ${others.join(', ')}`;
  return others.length > 0 && butOthers.length < listed.length ? butOthers : listed;
}
