import { isIP } from 'node:net';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { type Division, divisions, type FleetRequest, parseAgentChoice } from '../../bench/model/fleet.ts';
import { duration } from '../cli/amounts.ts';
import { oneOf, parsed, text } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { textForm } from '../cli/option-form.ts';
import { isOwnAddress } from './host.ts';

/** Heading of `--help` for agents. */
export const FLEET = 'Agents on other machines:';

/** Flags for the NATS server, for the commands that use it. */
export const natsFlags = {
  nats: text()
    .optional()
    .meta({ group: FLEET, description: 'URL of the NATS server: nats://HOST:4222, tls://HOST [default: NATS_URL]' }),
  'nats-creds': text()
    .optional()
    .meta({ group: FLEET, description: 'File of credentials for the NATS server, as nsc writes it, or an nkey seed' }),
  'nats-ca': text()
    .optional()
    .meta({ group: FLEET, description: 'File of authorities to trust (PEM), for TLS [default: those of Node]' }),
  'nats-cert': text()
    .optional()
    .meta({ group: FLEET, description: "File with this client's certificate (PEM), for TLS" }),
  'nats-key': text().optional().meta({ group: FLEET, description: 'File with the private key of --nats-cert (PEM)' }),
};

/** Flags for agents that make the load, for the commands that measure. */
export const fleetFlags = {
  ...natsFlags,
  agents: parsed(parseAgentChoice, { once: true, form: textForm })
    .optional()
    .meta({ group: FLEET, description: 'Agents that make the load: a number of them, all, or a label such as zone=a' }),
  divide: oneOf('division', Object.keys(divisions) as Division[])
    .prefault('evenly')
    .meta({ group: FLEET, description: 'How the load is divided among agents: evenly, or by fitness (their CPUs)' }),
  'listen-on': text().prefault('127.0.0.1').meta({
    group: FLEET,
    description: 'Own IP address for the servers that this run starts, so that agents reach them',
  }),
  'max-clock-error': duration()
    .prefault('1ms')
    .meta({ group: FLEET, description: 'Uncertainty of a clock above which a rate is refused' }),
  'agent-timeout': duration()
    .prefault('1s')
    .meta({ group: FLEET, description: 'Silence after which an agent is lost, and its trial has failed: 1s to 60s' }),
};

type NatsFlags = Flags<Values<Pick<typeof natsFlags, 'nats'>> & Partial<Values<typeof natsFlags>>>;

/** Reads how to reach the NATS server; undefined after a fault. */
export function readNats(flags: NatsFlags): Pick<FleetRequest, 'server' | 'credentials' | 'tls'> | undefined {
  const { nats: server = process.env.NATS_URL, 'nats-creds': credentials = null } = flags.values;
  const { 'nats-ca': ca = null, 'nats-cert': certificate = null, 'nats-key': key = null } = flags.values;
  if ((certificate === null) !== (key === null)) flags.refuse('--nats-cert and --nats-key: give both, or none');
  if (server === undefined || server === '') {
    flags.refuse('agents are reached through a NATS server: give its URL with --nats, or in NATS_URL');
    return undefined;
  }
  const hasFiles = ca !== null || certificate !== null || key !== null;
  return { server, credentials, ...(hasFiles && { tls: { ca, certificate, key } }) };
}

/** Reads the address on which servers listen; a fault when it is none of this machine. */
export function readListenOn(flags: Flags<{ readonly 'listen-on': string }>): string {
  const { 'listen-on': address } = flags.values;
  if (isIP(address) === 0 || !isOwnAddress(address) || /^[0:.]+$/.test(address)) {
    flags.refuse(`--listen-on: ${address} is no IP address of this machine`);
  }
  return address;
}

/** Flags that only a load of agents needs, and those of any connection to agents. */
const LOAD_ONLY = ['divide', 'listen-on', 'max-clock-error'] as const;
const CONNECTION = [...(Object.keys(natsFlags) as (keyof typeof natsFlags)[]), 'agent-timeout'] as const;

/** Reads which agents make the load; nothing when this machine does. */
export function readFleet(
  flags: Flags<Values<typeof fleetFlags> & { readonly threads?: number | undefined; readonly 'serve-on'?: unknown }>,
): Pick<RunConfiguration, 'fleet'> {
  const { agents: choice, divide: division, threads = null } = flags.values;
  const { 'max-clock-error': maxClockErrorMs, 'agent-timeout': silenceMs, 'listen-on': listenOn } = flags.values;
  const servesElsewhere = flags.values['serve-on'] !== undefined;
  if (silenceMs < 1000 || silenceMs > 60_000) flags.refuse('--agent-timeout: from 1s to 60s');
  if (choice === undefined) {
    const others = servesElsewhere ? LOAD_ONLY : ([...LOAD_ONLY, ...CONNECTION] as const);
    for (const name of others) if (flags.isChosen(name)) flags.refuse(`--${name} has no effect without --agents`);
    return {};
  }
  if (servesElsewhere && flags.isChosen('listen-on')) {
    flags.refuse('--listen-on has no effect with --serve-on: the owner of that machine chooses the address');
  }
  readListenOn(flags);
  const nats = readNats(flags);
  return nats === undefined
    ? {}
    : { fleet: { ...nats, choice, listenOn, division, threads, maxClockErrorMs, silenceMs } };
}
