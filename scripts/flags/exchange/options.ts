import { parseRedisCommands } from '../../../bench/load/protocols/redis/command.ts';
import { parseCount, parseDelimiter, parseLength } from '../../../bench/load/protocols/script/reply-end.ts';
import { parseInteger } from '../../../bench/model/units.ts';
import { oneOf, parsed, text, texts } from '../../cli/flag-types.ts';
import { integerForm, listForm, mapForm, textForm, textsForm } from '../../cli/option-form.ts';
import { readContent, readScriptContent } from './content.ts';
import { checkedStatuses, readExpectedBody } from './urls-file.ts';

const HTTP = 'HTTP requests:';
const REDIS = 'Redis requests:';
const SCRIPT = 'Requests of your own:';

/** Keys of a Redis load are 32-bit integers. */
const MAX_KEYS = 2 ** 31;
/** Exponent of Zipf's distribution in YCSB (B. F. Cooper et al., SoCC 2010). */
const USUAL_ZIPF = 0.99;
const MAX_ZIPF = 10;

/** Flags for HTTP requests. */
export const httpFlags = {
  method: text()
    .optional()
    .meta({ group: HTTP, alias: 'X', description: 'GET, POST, … [default: GET, or POST with --body]' }),
  header: texts(mapForm((name, value) => `${name}: ${value}`)).meta({
    group: HTTP,
    alias: 'H',
    description: "A header, such as 'Accept: text/html'; may be repeated",
  }),
  body: parsed((written) => readContent(written), { once: true, form: textForm })
    .optional()
    .meta({ group: HTTP, description: 'Body of the requests: TEXT, or @FILE' }),
  urls: text().optional().meta({
    group: HTTP,
    description: 'Several kinds of requests, one a line of FILE: [METHOD] PATH [WEIGHT], or a JSON object',
  }),
  'expect-status': parsed(checkedStatuses, { form: listForm })
    .optional()
    .meta({ group: HTTP, description: 'Statuses that are no errors: 200,404 or 2xx,404 [default: 2xx]' }),
  'expect-body': parsed((written) => readExpectedBody(written), { once: true, form: textForm })
    .optional()
    .meta({
      group: HTTP,
      description:
        'Body of every reply: TEXT, @FILE, or same: that of the first [default: any; of built-in servers, theirs]',
    }),
};

/** Flags for requests to a Redis server. */
export const redisFlags = {
  'redis-commands': parsed(checkedCommands, { form: textsForm }).optional().meta({
    group: REDIS,
    description: "Commands with their shares: 'SET {key} {value}:0.2,GET {key}:0.8' [default: GET {key}]",
  }),
  keys: parsed(parseKeys, { form: integerForm })
    .prefault('10k')
    .meta({ group: REDIS, description: 'Number of different keys' }),
  'key-distribution': parsed(parseDistribution, { once: true, form: textForm })
    .prefault('uniform')
    .meta({ group: REDIS, description: `uniform, or zipf with its exponent: zipf:${USUAL_ZIPF}` }),
  resp: oneOf('version of RESP', ['2', '3'])
    .prefault('2')
    .meta({ group: REDIS, description: 'Version of the protocol: 2 or 3' }),
};

/** Flags for exchanges that the user describes. */
export const scriptFlags = {
  send: parsed((written) => readScriptContent(written), { once: true, form: textForm })
    .optional()
    .meta({
      group: SCRIPT,
      description: "Bytes of a request: 'PING\\r\\n' or @FILE, with {sequence}, {connection}, {random:16}",
    }),
  expect: parsed(readExpectation, { once: true, form: textForm }).optional().meta({
    group: SCRIPT,
    description: "The whole reply: '+PONG\\r\\n' or @FILE, with the same placeholders [default: any]",
  }),
  'reply-until': parsed(checked(parseDelimiter), { once: true, form: textForm })
    .optional()
    .meta({ group: SCRIPT, description: "A reply ends after these bytes: '\\n'" }),
  'reply-bytes': parsed(checked(parseCount), { once: true, form: integerForm })
    .optional()
    .meta({ group: SCRIPT, description: 'A reply has N bytes' }),
  'reply-length': parsed(checked(parseLength), { once: true, form: textForm })
    .optional()
    .meta({ group: SCRIPT, description: 'A reply contains the number of bytes that follow: u32be@0 (type, offset)' }),
  script: text().optional().meta({
    group: SCRIPT,
    description: 'Several exchanges, such as a login, one a line of FILE, each a JSON object',
  }),
};

/** Flags for what clients send and expect, for the commands that measure. */
export const exchangeFlags = { ...httpFlags, ...redisFlags, ...scriptFlags };

/** Returns a parser that checks a text, and returns it as it is written. */
function checked(parse: (written: string) => unknown): (written: string) => string {
  return (written) => {
    parse(written);
    return written;
  };
}

function checkedCommands(written: string): string {
  return checked(parseRedisCommands)(written);
}

/** @throws {RangeError} when it is not a text, or is empty. */
function readExpectation(written: string) {
  const content = readScriptContent(written);
  if ('base64' in content && content.base64 === '') {
    throw new RangeError('the file is empty: leave it out to allow any reply');
  }
  return content;
}

function parseKeys(written: string): number {
  const keys = parseInteger(written);
  if (keys >= 1 && keys <= MAX_KEYS) return keys;
  throw new RangeError(`'${written}' is not a number of keys from 1 to ${MAX_KEYS}`);
}

/** Returns the exponent of Zipf's distribution; null for the uniform one. */
function parseDistribution(written: string): number | null {
  if (written === 'uniform') return null;
  const match = /^zipf(?::(\d*\.?\d+))?$/.exec(written);
  const zipf = match === null ? Number.NaN : Number(match[1] ?? USUAL_ZIPF);
  if (zipf > 0 && zipf <= MAX_ZIPF) return zipf;
  throw new RangeError(
    `'${written}' is not a distribution: write uniform, zipf, or zipf with an exponent up to ${MAX_ZIPF}, such as zipf:1.2`,
  );
}
