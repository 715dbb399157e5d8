import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isContractError } from '../../../bench/load/protocols/contract-error.ts';
import { loadProtocol } from '../../../bench/load/protocols/load-protocol.ts';
import { loadPlugIn, type PlugInSpec, plugInSpec } from '../../../bench/load/protocols/plug-in/plug-in.ts';
import { plugInSchema } from '../../../bench/model/plug-in-exchange.ts';
import { scratchDirectory } from '../../cli/program.ts';
import { latin, requestOf, scope } from './talk.ts';

/** A plug-in in TypeScript with what type removal has to remove, and with an enumeration, which it has to convert. */
const LINES = `
import { COMPLETE, MORE, type ClientProtocol, type CreateProtocol, type ProtocolEvent } from 'sockbench/protocol';

enum Byte { Newline = 10 }

class Lines implements ClientProtocol {
  readonly sameRequest = true;
  readonly greets = false;
  readonly faults = ['', 'bytes that answer no request'];
  event: ProtocolEvent = MORE;
  status = 0;
  replyBytes = 0;
  fault = 0;
  readonly longestRequest: number;
  readonly #word: string;

  constructor(word: string) {
    this.#word = word;
    this.longestRequest = word.length + 1;
  }

  reset(): void {}
  greet(): number { return 0; }

  encode(_c: number, _sequence: number, out: Uint8Array, at: number): number {
    out.set(Buffer.from(this.#word as string), at);
    out[at + this.#word.length] = Byte.Newline;
    return this.longestRequest;
  }

  consume(_c: number, _sequence: number, bytes: Uint8Array, at: number, end: number): number {
    const newline = bytes.indexOf(Byte.Newline, at);
    if (bytes[at] === 33) throw new RangeError('an exclamation mark');
    this.event = newline < 0 || newline >= end ? MORE : COMPLETE;
    this.replyBytes = newline - at;
    return this.event === MORE ? end : newline + 1;
  }
}

export const createProtocol: CreateProtocol = ({ seed, firstConnection }, { word = 'ping' }) => {
  if (word === '') throw new RangeError('word= has no letters');
  return new Lines(\`\${word} \${firstConnection} \${seed > 1}\`);
};
export const examples = [{ replies: ['a\\n', Uint8Array.of(255, 10)] }, { greeting: '\\xff', replies: [] }];
`;

function written(source: string, name = 'lines.ts'): string {
  const file = join(scratchDirectory(), name);
  writeFileSync(file, source);
  return pathToFileURL(file).href;
}

/** Returns the message with which a file is refused. */
async function refusal(loading: Promise<unknown>): Promise<string> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isContractError(error)) throw error ?? new Error('it was loaded');
  return error.message;
}

describe('a plug-in', () => {
  test('in TypeScript is loaded, and its requests and events are its own', async () => {
    const url = written(LINES);
    const { spec, datagrams } = await loadPlugIn(url, { word: 'hello' });
    expect(datagrams).toBe(false);
    const protocol = await loadProtocol(spec, scope);
    protocol.reset(0);
    expect(Buffer.from(requestOf(protocol, 0, 5)).toString()).toBe('hello 70 true\n');
    expect(protocol.consume(0, 0, latin('ab\ncd'), 0, 5)).toBe(3);
    expect([protocol.event, protocol.replyBytes]).toEqual([2, 2]);
  });

  test('is guarded: what it throws has its stack, with the lines of its file', async () => {
    const url = written(LINES);
    const { spec } = await loadPlugIn(url, {});
    const protocol = await loadProtocol(spec, scope);
    protocol.reset(0);
    const line = LINES.split('\n').findIndex((text) => text.includes('exclamation')) + 1;
    const thrown = expect.stringMatching(new RegExp(`consume .*lines\\.ts:${line}:`));
    expect(() => protocol.consume(0, 0, latin('!'), 0, 1)).toThrow(
      expect.objectContaining({ message: 'lines.ts: consume threw RangeError: an exclamation mark', thrown }),
    );
  });

  test('is recorded by its name, its digest and its options', async () => {
    const plugIn = await loadPlugIn(written(LINES), { word: 'a' });
    const sha256 = createHash('sha256').update(LINES).digest('hex');
    const { url } = plugIn.spec;
    expect(plugIn.exchange).toEqual({ protocol: 'plug-in', file: 'lines.ts', sha256, options: { word: 'a' }, url });
    expect(plugInSchema.parse(plugIn.exchange)).toEqual(plugIn.exchange);
    expect(plugInSpec(plugIn.exchange)).toEqual(plugIn.spec);
    expect(() => plugInSpec({ ...plugIn.exchange, url: undefined })).toThrow('it is not known where lines.ts is');
  });

  test('that was changed since is refused', async () => {
    const url = written(LINES);
    const { spec } = await loadPlugIn(url, {});
    const other: PlugInSpec = { ...spec, sha256: '0'.repeat(64) };
    expect(await refusal(loadProtocol(other, scope))).toBe('lines.ts was changed during the run: start it again');
  });

  test('has examples in bytes or text', async () => {
    const { examples } = await loadPlugIn(written(LINES), {});
    const bytes = examples.map(({ greeting, replies }) => [greeting, ...replies].map((each) => [...each]));
    expect(bytes).toEqual([[[], [97, 10], [255, 10]], [[255]]]);
  });

  test.each(['lines.js', 'lines.mjs', 'lines.mts'])('may import a file beside it: %s', async (name) => {
    const url = written(
      "export const createProtocol = () => { throw new RangeError(word); };\nimport { word } from './word.mjs';\n",
      name,
    );
    writeFileSync(new URL('word.mjs', url), "export const word = 'imported';\n");
    const plugIn = await loadPlugIn(url, {});
    expect(() => plugIn.create({ connections: 1, firstConnection: 0, seed: 1 })).toThrow(
      `${name}: createProtocol threw RangeError: imported`,
    );
  });
});

describe('refused is a file', () => {
  test.each([
    ['that does not exist', undefined, /nowhere\.ts can't be read \(ENOENT\)$/],
    ['that is no program', 'export const = 5;', /^lines\.ts can't be loaded: .*lines\.ts:1:/s],
    ['that throws', "throw new TypeError('no');", /^lines\.ts can't be loaded: TypeError: no$/],
    ['that imports what does not exist', "import './missing.ts';", /^lines\.ts can't be loaded: .*missing\.ts/],
    [
      'without exports',
      'const createProtocol = 5;',
      'lines.ts: of its exports, createProtocol is missing (a function)',
    ],
    [
      'with exports of other types',
      "export const createProtocol = () => {}; export const datagrams = 'udp'; export const examples = [{}];",
      'lines.ts: of its exports, datagrams is not true or false; ' +
        'examples is not a list of { greeting, replies }, of bytes or texts',
    ],
  ])('%s', async (_, source, message) => {
    const url = source === undefined ? 'file:///nowhere.ts' : written(source);
    expect(await refusal(loadPlugIn(url, {}))).toMatch(message);
  });

  test.each([
    ['nothing', 'undefined', 'it is undefined, and not a protocol'],
    ['a text', "'echo'", 'it is echo, and not a protocol'],
    [
      'half a protocol',
      '{ longestRequest: 0, sameRequest: 1, greets: false, faults: [], event: 0, status: 0, replyBytes: 0, reset() {}, greet() {}, encode() {}, finish: 1 }',
      'longestRequest is not a whole number from 1 to 16777216; sameRequest is not true or false; ' +
        'faults is not texts: none for 0, and one for each fault from 1 (UNSOLICITED); fault is missing (a number); ' +
        'consume is missing (a function); finish is not a function',
    ],
  ])('that creates %s', async (_, created, message) => {
    const plugIn = await loadPlugIn(written(`export const createProtocol = () => (${created});`), {});
    expect(() => plugIn.create({ connections: 1, firstConnection: 0, seed: 1 })).toThrow(
      `lines.ts: of what createProtocol returns, ${message}`,
    );
  });
});
