import type { Content, Exchange, HttpRequestRecord, RedisRecord, ScriptRecord } from '../../../bench/model/exchange.ts';
import { type CommandPart, flag, joined, NOTHING, placeholder, unlessDefault } from './command-line.ts';

type ScriptStep = ScriptRecord['repeat'][number];

/** Stands where a value is that results do not contain. */
const SECRET = '…';

/**
 * Returns the flags for what clients send and expect.
 * @param path that the target's URL contains.
 */
export function exchangeFlags(exchange: Exchange | null, path: string | undefined): CommandPart {
  switch (exchange?.protocol) {
    case undefined:
      return NOTHING;
    case 'http':
      return httpFlags(exchange.requests, path ?? '/');
    case 'redis':
      return redisFlags(exchange);
    case 'script':
      return scriptFlags(exchange);
    case 'plug-in':
      return joined(
        placeholder(
          'protocol',
          `./${exchange.file}`,
          `Results contain no directory of ${exchange.file}; its SHA-256 was ${exchange.sha256}`,
        ),
        ...Object.entries(exchange.options).map(([name, value]) => flag('protocol-option', `${name}=${value}`)),
      );
  }
}

function httpFlags(requests: readonly HttpRequestRecord[], path: string): CommandPart {
  const [request, ...others] = requests;
  if (request === undefined) return NOTHING;
  if (others.length > 0 || request.path !== path || request.weight !== 1) {
    return urlsFlag(requests);
  }
  const { method, headers, body, expectStatus, expectBody } = request;
  return joined(
    flag('method', method),
    ...headers.map(([name, value]) =>
      value === null
        ? placeholder('header', `${name}: ${SECRET}`, `Results do not contain the value of the header ${name}`)
        : flag('header', `${name}: ${value}`),
    ),
    ...(body === null ? [] : [contentFlag('body', body)]),
    ...(expectStatus === null ? [] : [flag('expect-status', expectStatus)]),
    ...(expectBody === null
      ? []
      : [expectBody === 'same' ? flag('expect-body', 'same') : contentFlag('expect-body', expectBody)]),
  );
}

/** Returns --urls with a file to write: a line for each request. */
function urlsFlag(requests: readonly HttpRequestRecord[]): CommandPart {
  const secret = requests.some(({ headers }) => headers.some(([, value]) => value === null));
  return {
    words: ['--urls', 'requests.txt'],
    notes: [
      `requests.txt contains:\n${requests.map(requestLine).join('\n')}`,
      ...(secret ? [`Results do not contain the values of secret headers: replace ${SECRET}`] : []),
    ],
  };
}

/** Writes a request as a line of the file of --urls. */
function requestLine({ method, path, headers, body, weight, expectStatus, expectBody }: HttpRequestRecord): string {
  return JSON.stringify({
    ...{ method, path, weight },
    ...(headers.length > 0 && { headers: grouped(headers) }),
    ...(body !== null && { body: written(body) }),
    ...(expectStatus !== null && { expectStatus }),
    ...(expectBody !== null && { expectBody: expectBody === 'same' ? expectBody : written(expectBody) }),
  });
}

/** Returns headers by name; those that occur several times as a list. */
function grouped(headers: HttpRequestRecord['headers']): Record<string, string | string[]> {
  const names = [...new Set(headers.map(([name]) => name))];
  return Object.fromEntries(
    names.map((name) => {
      const values = headers.filter(([other]) => other === name).map(([, value]) => value ?? SECRET);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function redisFlags({ commands, keys, resp }: RedisRecord): CommandPart {
  return joined(
    flag('redis-commands', commands),
    unlessDefault('keys', keys.count, 10_000),
    ...(keys.zipf === null ? [] : [flag('key-distribution', `zipf:${keys.zipf}`)]),
    unlessDefault('resp', resp, 2),
  );
}

function scriptFlags({ login, repeat }: ScriptRecord): CommandPart {
  const [step, ...others] = repeat;
  if (step === undefined) return NOTHING;
  if (login.length > 0 || others.length > 0 || step.send === null) return scriptFileFlag(login, repeat);
  const { send, expect, end } = step;
  return joined(
    contentFlag('send', send),
    ...(expect === null ? [] : [contentFlag('expect', expect)]),
    ...(end === null ? [] : [flag(`reply-${end.kind}`, end.text)]),
  );
}

/** Returns --script with a file to write: a line for each exchange. */
function scriptFileFlag(login: readonly ScriptStep[], repeat: readonly ScriptStep[]): CommandPart {
  const lines = [...login.map((step) => scriptLine(step, true)), ...repeat.map((step) => scriptLine(step, false))];
  return {
    words: ['--script', 'script.jsonl'],
    notes: [
      `script.jsonl contains:\n${lines.join('\n')}`,
      ...(login.length > 0 ? [`Results do not contain what logs in: replace ${SECRET}`] : []),
    ],
  };
}

/** Writes an exchange as a line of the file of --script. */
function scriptLine({ send, expect, end }: ScriptStep, isLogin: boolean): string {
  return JSON.stringify({
    ...(isLogin && { login: true }),
    send: send === null ? SECRET : written(send),
    ...(expect !== null && { expect: written(expect) }),
    ...(end !== null && { [end.kind]: end.text }),
  });
}

/** Name of a file for bytes that are no text, or that would be taken for the name of a file. */
const FILE = 'content.bin';

/** Returns a flag with a text, or with a file to write. */
function contentFlag(name: string, content: Content): CommandPart {
  if ('text' in content && !content.text.startsWith('@')) return flag(name, content.text);
  const bytes = 'text' in content ? Buffer.from(content.text).toString('base64') : content.base64;
  return {
    words: [`--${name}`, `@${name}.bin`],
    notes: [`${name}.bin contains, in base64: ${bytes}`],
  };
}

/** Writes a content within a line of a file. */
function written(content: Content): string {
  if ('text' in content && !content.text.startsWith('@')) return content.text;
  return `@${FILE}`;
}
