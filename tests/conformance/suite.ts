import { describe, test } from 'vitest';
import { type AppName, appNames, apps } from '../../servers/apps/catalog.ts';
import { type ModelName, models, whyUnavailable } from '../../servers/catalog.ts';
import type { Transport } from '../../sockets/socket.ts';
import { describeDatagrams } from './datagrams.ts';
import { type Dialogue, dialogues } from './dialogues.ts';
import { describeLifetime } from './lifetime.ts';
import { describeStreams } from './streams.ts';

/** What one run of a suite is about. */
export interface Subject {
  readonly model: ModelName;
  readonly app: AppName;
  readonly dialogue: Dialogue;
}

/** Checks every promise that a model makes (see servers/contract.ts), with every app and transport that it can carry. */
export function conformance(model: ModelName): void {
  const reason = whyUnavailable(model);
  if (reason !== undefined) {
    test.skip(`${model} is unavailable here: ${reason}`);
    return;
  }
  for (const app of appNames) {
    const dialogue = dialogues[app];
    if (dialogue === undefined) continue;
    for (const transport of transportsOf(model, app)) {
      describe(`${model} serves ${app} over ${transport}`, () => {
        const subject = { model, app, dialogue };
        if (transport === 'tcp') describeStreams(subject);
        else describeDatagrams(subject);
      });
    }
  }
  for (const transport of models[model].transports) {
    describe(`${model} over ${transport} begins and ends`, () => describeLifetime(model, transport));
  }
}

function transportsOf(model: ModelName, app: AppName): Transport[] {
  const carried: readonly Transport[] = models[model].transports;
  const spoken: readonly Transport[] = apps[app].transports;
  return carried.filter((transport) => spoken.includes(transport));
}
