import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isContractError, stackFrames } from '../../bench/load/protocols/contract-error.ts';
import type { PlugInOptions } from '../../bench/load/protocols/plug-in/contract.ts';
import { loadPlugIn, type PlugIn, plugInExtensions } from '../../bench/load/protocols/plug-in/plug-in.ts';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { withoutSecrets } from '../../bench/model/exchange.ts';
import type { TransportName } from '../../servers/transport.ts';
import { text, texts } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { mapForm } from '../cli/option-form.ts';
import { exchangeFlagNames } from './exchange/read-exchange.ts';
import { MEASURED } from './options.ts';

/** Options of a plug-in. */
export const protocolOptionFlag = {
  'protocol-option': texts(mapForm((name, value) => `${name}=${value}`)).meta({
    group: MEASURED,
    description: 'An option of the protocol in a file: NAME=VALUE; may be given several times',
  }),
};

/** Flags for a protocol that a user's file implements. */
export const protocolFileFlags = {
  protocol: text().optional().meta({
    group: MEASURED,
    description: 'Clients speak the protocol that a file implements: ./mine.ts, .js or .mjs (docs/plug-ins.md)',
  }),
  ...protocolOptionFlag,
};

/** Flags that describe what the clients of another protocol send and expect. */
const OF_OTHER_PROTOCOLS = ['app', 'size', 'websocket-message', 'deflate', ...exchangeFlagNames];

/** A scope to create a protocol for, only to look at it. */
const ONE_CONNECTION = { connections: 1, firstConnection: 0, seed: 1 };

type OptionFlags = Flags<Values<typeof protocolOptionFlag>>;

/**
 * Reads --protocol and its options.
 * @param transports of the load.
 * @returns what the load is to exchange; nothing when the flag is not given, or with recorded faults.
 */
export async function readProtocolFile(
  flags: Flags<Values<typeof protocolFileFlags>>,
  transports: readonly TransportName[],
): Promise<Pick<RunConfiguration, 'exchange' | 'exchangeWithSecrets'> | undefined> {
  const { protocol: path, 'protocol-option': options } = flags.values;
  if (path === undefined) {
    if (options.length > 0) flags.refuse('--protocol-option needs --protocol');
    return undefined;
  }
  // Which of these flags there are depends on the command.
  const given = OF_OTHER_PROTOCOLS.filter((name) => (flags as Flags<Record<string, unknown>>).isChosen(name));
  for (const name of given) flags.refuse(`--${name}: the file of --protocol decides what clients send: leave it out`);
  const plugIn = await readPlugIn(flags, path, '--protocol');
  if (plugIn === undefined) return undefined;
  const stream = transports.find((transport) => transport !== 'udp');
  if (plugIn.datagrams && stream !== undefined) {
    flags.refuse(`--protocol: ${plugIn.file} is for datagrams, and not for ${stream}: give a target udp://HOST:PORT`);
  }
  if (transports.includes('udp') && plugIn.create(ONE_CONNECTION).greets) {
    flags.refuse(`--protocol: ${plugIn.file} has a greeting, for which udp has no connection: use tcp or tls`);
  }
  return { exchange: withoutSecrets(plugIn.exchange), exchangeWithSecrets: plugIn.exchange };
}

/**
 * Loads the file of a plug-in, with the options of --protocol-option.
 * @param subject what names the file, for faults.
 * @returns undefined and records a fault when it cannot be used.
 */
export async function readPlugIn(flags: OptionFlags, path: string, subject: string): Promise<PlugIn | undefined> {
  const options = readOptions(flags);
  if (!plugInExtensions.some((extension) => extension === extname(path))) {
    flags.refuse(
      `${subject}: '${path}' is not a file of a protocol: its name ends with ${plugInExtensions.join(', ')}`,
    );
    return undefined;
  }
  try {
    const plugIn = await loadPlugIn(pathToFileURL(path).href, options);
    // What is wrong in what it creates is reported here, before a server or a thread is started.
    plugIn.create(ONE_CONNECTION);
    return plugIn;
  } catch (error) {
    if (!isContractError(error)) throw error;
    const frames = error.thrown === undefined ? [] : stackFrames(error);
    flags.refuse([`${subject}: ${error.message}`, ...frames].join('\n'));
    return undefined;
  }
}

function readOptions(flags: OptionFlags): PlugInOptions {
  const options: Record<string, string> = {};
  for (const written of flags.values['protocol-option']) {
    const [, name, value] = /^([\w-]+)=(.*)$/s.exec(written) ?? [];
    if (name === undefined || value === undefined) {
      flags.refuse(`--protocol-option: '${written}' is not an option, such as size=100`);
    } else if (Object.hasOwn(options, name)) {
      flags.refuse(`--protocol-option: ${name} is given twice`);
    } else {
      options[name] = value;
    }
  }
  return options;
}
