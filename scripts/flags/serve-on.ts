import { networkInterfaces } from 'node:os';
import type { OwnersCommand, RunConfiguration } from '../../bench/model/configuration.ts';
import { parseHostChoice } from '../../bench/model/fleet.ts';
import { parsed, texts } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { textForm } from '../cli/option-form.ts';
import { FLEET, type fleetFlags, readNats } from './fleet.ts';

/** Flags for servers that another machine starts, for the commands that measure trials. */
export const serveOnFlags = {
  'serve-on': parsed(parseHostChoice, { once: true, form: textForm }).optional().meta({
    group: FLEET,
    description:
      'Agent that starts the servers on its machine (agent --serve): its name, or a label such as role=server',
  }),
  'serve-command': texts().meta({
    group: FLEET,
    description: 'With --serve-on: measure the command that its owner lists under this NAME; may be repeated',
  }),
};

type ServeOnFlags = Flags<
  Values<
    Pick<typeof serveOnFlags, 'serve-on'> & Pick<typeof fleetFlags, 'nats' | 'nats-creds' | 'agents' | 'agent-timeout'>
  > & {
    readonly 'allow-remote'?: readonly string[] | undefined;
  }
>;

/** Reads which machine starts the servers; nothing when this one does. */
export function readServeOn(flags: ServeOnFlags): Pick<RunConfiguration, 'serveOn'> {
  const { 'serve-on': choice, 'agent-timeout': silenceMs, 'allow-remote': allowed = [] } = flags.values;
  if (choice === undefined) return {};
  const nats = readNats(flags);
  const own = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address),
  );
  return nats === undefined ? {} : { serveOn: { ...nats, choice, silenceMs, allowed: [...own, ...allowed] } };
}

/** Reads the commands of another machine's owner that are to be measured. */
export function readOwnersCommands(
  flags: Flags<Values<typeof serveOnFlags> & { readonly 'start-timeout': number }>,
): OwnersCommand[] {
  const { 'serve-command': names, 'start-timeout': startLimitMs } = flags.values;
  return names.map((name) => ({ kind: 'owned', name, startLimitMs }));
}
