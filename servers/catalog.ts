import { whyNoLibc } from '../sockets/libc.ts';
import type { Transport } from '../sockets/socket.ts';
import type { ServerModel } from './contract.ts';

interface ModelEntry {
  readonly title: string;
  /** How it waits and how it scales, in a line. */
  readonly summary: string;
  readonly transports: readonly Transport[];
  /** Does it call the system itself, rather than through Node? Then it needs Linux. */
  readonly needsLibc: boolean;
  /** Imports the model when it is needed, so that listing models costs nothing. */
  readonly load: () => Promise<{ readonly model: ServerModel }>;
}

const both = ['tcp', 'udp'] as const;

/** Every concurrency model, by name. To add one: write `models/NAME.ts` and an entry here. */
export const models = {
  iterative: {
    title: 'Iterative',
    summary: 'one connection at a time, served to its end; the others wait in the backlog',
    transports: both,
    needsLibc: true,
    load: () => import('./models/iterative.ts'),
  },
} as const satisfies Record<string, ModelEntry>;

export type ModelName = keyof typeof models;

export const modelNames = Object.keys(models) as ModelName[];

/** Why a model can't run on this machine, or `undefined` when it can. */
export function whyUnavailable(name: ModelName): string | undefined {
  return models[name].needsLibc ? whyNoLibc() : undefined;
}

/** The model of that name, ready to start. */
export async function loadModel(name: ModelName): Promise<ServerModel> {
  return (await models[name].load()).model;
}
