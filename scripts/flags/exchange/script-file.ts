import { dirname } from 'node:path';
import { parseCount, parseDelimiter, parseLength } from '../../../bench/load/protocols/script/reply-end.ts';
import type { ScriptExchangeRecord, ScriptRecord } from '../../../bench/model/exchange.ts';
import { readScriptContent, readTextFile } from './content.ts';
import { LineFields, linesOf } from './lines.ts';

type ReplyEndRecord = NonNullable<ScriptExchangeRecord['end']>;

/** The ways in which a reply may end, and how each is checked. */
export const REPLY_ENDS = { until: parseDelimiter, bytes: parseCount, length: parseLength } as const satisfies Record<
  ReplyEndRecord['kind'],
  (text: string) => unknown
>;
const KINDS = Object.keys(REPLY_ENDS) as ReplyEndRecord['kind'][];

const FIELDS = ['login', 'send', 'expect', ...KINDS];

/** A script, or what is wrong with it. */
export interface ReadScript {
  readonly script: ScriptRecord;
  readonly faults: readonly string[];
}

/**
 * Reads a file of exchanges, one a line, each a JSON object: `send`, `expect`, and one of `until`, `bytes` and `length`,
 * as the flags of these names; `"login": true` for those that are done once, when a connection was opened. `@FILE` is
 * relative to the directory of the file. Empty lines and lines that begin with `#` are skipped.
 * @throws {RangeError} when the file can't be read.
 */
export function readScriptFile(file: string): ReadScript {
  const lines = linesOf(readTextFile(file));
  const read = lines.map(({ number, text }) => ({ number, ...exchangeOfLine(text, dirname(file)) }));
  const faults = read.flatMap(({ number, faults }) => faults.map((fault) => `${file}, line ${number}: ${fault}`));
  const login = read.filter((line) => line.isLogin);
  const repeat = read.filter((line) => !line.isLogin);
  if (repeat.length === 0) {
    faults.push(`${file} contains no exchange to repeat: write a line such as {"send": "PING\\r\\n", "until": "\\n"}`);
  }
  const silent = [...login.slice(1), ...repeat].filter(
    ({ exchange, faults }) => faults.length === 0 && isEmpty(exchange.send),
  );
  faults.push(
    ...silent.map(({ number }) => `${file}, line ${number}: only the first exchange of a login may send nothing`),
  );
  const exchangesOf = (lines: typeof read) => lines.map(({ exchange }) => exchange);
  return { script: { protocol: 'script', login: exchangesOf(login), repeat: exchangesOf(repeat) }, faults };
}

function exchangeOfLine(text: string, directory: string) {
  const fields = new LineFields(text, FIELDS);
  const content = (name: string) => fields.text(name, (written) => readScriptContent(written, directory));
  const exchange: ScriptExchangeRecord = {
    send: content('send') ?? { text: '' },
    expect: content('expect') ?? null,
    end: endOf(fields),
  };
  if (exchange.expect !== null && isEmpty(exchange.expect)) {
    fields.faults.push('expect is empty: leave it out to allow any reply');
  }
  return { exchange, isLogin: fields.isSet('login'), faults: fields.faults };
}

function endOf(fields: LineFields): ScriptExchangeRecord['end'] {
  const ends = KINDS.flatMap((kind): ReplyEndRecord[] => {
    const text = fields.text(kind, (written) => {
      REPLY_ENDS[kind](written);
      return written;
    });
    return text === undefined ? [] : [{ kind, text }];
  });
  const [first = null, second] = ends;
  if (first !== null && second !== undefined) {
    fields.faults.push(`a reply ends in one way, not by ${first.kind} and by ${second.kind}`);
  }
  return first;
}

function isEmpty(content: ScriptExchangeRecord['send']): boolean {
  return content === null || ('text' in content ? content.text === '' : content.base64 === '');
}
