import { httpRequestFaults } from '../../../bench/load/protocols/http/request.ts';
import { appsSpeaking } from '../../../bench/model/app-workload.ts';
import type { SingleTarget } from '../../../bench/model/configuration.ts';
import { type Exchange, exchangeSchema, withoutSecrets } from '../../../bench/model/exchange.ts';
import type { AppName } from '../../../servers/apps/app-catalog.ts';
import type { Flags, Values } from '../../cli/flags.ts';
import { type exchangeFlags, httpFlags, redisFlags, scriptFlags } from './options.ts';
import { readScriptFile } from './script-file.ts';
import { type CommonParts, readUrlsFile } from './urls-file.ts';

type FlagName = keyof typeof exchangeFlags;
/** The protocols whose exchanges are in flags, rather than in the file of --protocol. */
type FlagProtocol = Exclude<Exchange['protocol'], 'plug-in'>;
export type ExchangeFlags = Flags<Values<typeof exchangeFlags> & { readonly app?: AppName | undefined }>;

/** What clients send and expect, as flags and the target's URL give it. */
export interface ReadExchange {
  /** As results contain it; null: what the app suggests. */
  readonly exchange: Exchange | null;
  /** Absent when there are no secrets in it. */
  readonly exchangeWithSecrets?: Exchange;
  /** The app that these requests need; undefined when any will do. */
  readonly app?: AppName;
}

/** The address of a target that already runs. */
type Address = Extract<SingleTarget, { kind: 'address' }>;

const FAMILIES: Readonly<Record<FlagProtocol, { readonly name: string; readonly flags: readonly FlagName[] }>> = {
  http: { name: 'HTTP', flags: namesOf(httpFlags) },
  redis: { name: 'Redis', flags: namesOf(redisFlags) },
  script: { name: 'a script', flags: namesOf(scriptFlags) },
};

export const exchangeFlagNames: readonly FlagName[] = Object.values(FAMILIES).flatMap(({ flags }) => flags);

/** Reads what clients send and expect. Records faults. @param address the target, when it is a URL. */
export function readExchange(flags: ExchangeFlags, address?: Address): ReadExchange {
  const given = (Object.keys(FAMILIES) as FlagProtocol[]).flatMap((protocol) => {
    const flag = FAMILIES[protocol].flags.find((name) => flags.isGiven(name));
    return flag === undefined ? [] : [{ protocol, flag }];
  });
  const [first, second] = given;
  if (first !== undefined && second !== undefined) {
    flags.refuse(
      `--${second.flag}: it is for ${FAMILIES[second.protocol].name}, and --${first.flag} for ` +
        `${FAMILIES[first.protocol].name}: a load has one protocol, so leave out one of them`,
    );
  }
  const protocol = first?.protocol ?? (address?.redis === undefined ? undefined : 'redis');
  if (protocol === undefined) return { exchange: null };
  const exchange = readProtocol(protocol, flags, address);
  if (exchange === undefined) return { exchange: null };
  // In the order of the schema, so that what was measured equals what is read from a file.
  const complete = exchangeSchema.parse(exchange);
  const recorded = exchangeSchema.parse(withoutSecrets(complete));
  const hasSecrets = JSON.stringify(recorded) !== JSON.stringify(complete);
  const app = protocol === 'http' ? readHttpApp(flags, first?.flag) : undefined;
  return {
    exchange: recorded,
    ...(hasSecrets && { exchangeWithSecrets: complete }),
    ...(app !== undefined && { app }),
  };
}

function readProtocol(protocol: FlagProtocol, flags: ExchangeFlags, address?: Address): Exchange | undefined {
  if (protocol === 'http') return readHttp(flags, address?.http?.path ?? '/');
  return protocol === 'redis' ? readRedis(flags) : readScript(flags);
}

/** Returns the app that speaks HTTP; refuses another one. */
function readHttpApp(flags: ExchangeFlags, flag: string | undefined): AppName | undefined {
  const speaking = appsSpeaking('HTTP');
  const { app } = flags.values;
  if (flags.isGiven('app') && app !== undefined && !speaking.includes(app)) {
    flags.refuse(`--${flag}: only HTTP requests have it: leave out --app ${app}`);
  }
  return speaking[0];
}

function readHttp(flags: ExchangeFlags, path: string): Exchange | undefined {
  const { method, body, urls, 'expect-status': expectStatus = null, 'expect-body': expectBody = null } = flags.values;
  const common = { headers: readHeaders(flags), expectStatus, expectBody };
  if (urls !== undefined) return readUrls(flags, urls, path, common);
  const request = { method: method ?? (body === undefined ? 'GET' : 'POST'), path, body: body ?? null, weight: 1 };
  flags.refuse(...httpRequestFaults({ path: '/', method: request.method }).map((fault) => `--method: ${fault}`));
  return { protocol: 'http', requests: [{ ...request, ...common }] };
}

function readHeaders(flags: ExchangeFlags): (readonly [string, string])[] {
  return flags.values.header.flatMap((written) => {
    const [, name = '', value = ''] = /^([^:]*):(.*)$/s.exec(written) ?? [];
    const header = [name, value.trim()] as const;
    const faults =
      name === ''
        ? [`'${written}' is not a header: write 'Name: value'`]
        : httpRequestFaults({ path: '/', headers: [header] });
    flags.refuse(...faults.map((fault) => `--header: ${fault}`));
    return faults.length > 0 ? [] : [header];
  });
}

function readUrls(flags: ExchangeFlags, file: string, path: string, common: CommonParts): Exchange | undefined {
  for (const name of ['method', 'body'] as const) {
    if (flags.isGiven(name)) flags.refuse(`--${name}: the file of --urls contains the requests: write it there`);
  }
  if (path !== '/') flags.refuse(`--urls: the file contains the paths: leave out ${path} in --target`);
  const read = orRefused(flags, 'urls', () => readUrlsFile(file, common));
  if (read === undefined) return undefined;
  flags.refuse(...read.faults.map((fault) => `--urls: ${fault}`));
  return read.faults.length > 0 ? undefined : { protocol: 'http', requests: read.requests };
}

function readRedis({ values }: ExchangeFlags): Exchange {
  const { 'redis-commands': commands = 'GET {key}', keys: count, 'key-distribution': zipf, resp } = values;
  return { protocol: 'redis', commands, keys: { count, zipf }, resp: resp === '3' ? 3 : 2 };
}

/** The flags that say where a reply ends. */
const ENDS = { 'reply-until': 'until', 'reply-bytes': 'bytes', 'reply-length': 'length' } as const;

function readScript(flags: ExchangeFlags): Exchange | undefined {
  const { send, expect = null, script } = flags.values;
  if (script !== undefined) return readScriptOf(flags, script);
  const names = (Object.keys(ENDS) as (keyof typeof ENDS)[]).filter((name) => flags.isGiven(name));
  if (names.length > 1) flags.refuse(`--${names[1]}: a reply ends in one way: leave out it or --${names[0]}`);
  if (!flags.isGiven('send')) {
    flags.refuse("--send: what to send is missing: write --send 'PING\\r\\n', or --script FILE");
  }
  const [name] = names;
  const text = name === undefined ? undefined : flags.values[name];
  const end = name === undefined || text === undefined ? null : { kind: ENDS[name], text };
  if (send === undefined) return undefined;
  return { protocol: 'script', login: [], repeat: [{ send, expect, end }] };
}

function readScriptOf(flags: ExchangeFlags, file: string): Exchange | undefined {
  for (const name of FAMILIES.script.flags) {
    if (name !== 'script' && flags.isGiven(name)) {
      flags.refuse(`--${name}: the file of --script contains the exchanges: write it there`);
    }
  }
  const read = orRefused(flags, 'script', () => readScriptFile(file));
  if (read === undefined) return undefined;
  flags.refuse(...read.faults.map((fault) => `--script: ${fault}`));
  return read.faults.length > 0 ? undefined : read.script;
}

/** Returns what `read` returns; undefined, and a recorded fault, when it throws a RangeError. */
function orRefused<T>(flags: ExchangeFlags, flag: FlagName, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(`--${flag}: ${error.message}`);
    return undefined;
  }
}

function namesOf<N extends string>(flags: Readonly<Record<N, unknown>>): readonly N[] {
  return Object.keys(flags) as N[];
}
