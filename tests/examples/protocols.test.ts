import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../bench/load/protocols/conformance/conformance.ts';
import { GuardedProtocol } from '../../bench/load/protocols/guarded.ts';
import { loadPlugIn, type PlugIn } from '../../bench/load/protocols/plug-in/plug-in.ts';
import { type ClientProtocol, NO_REQUEST } from '../../bench/load/protocols/protocol.ts';
import { greetingOf, latin, requestOf, take } from '../bench/protocols/talk.ts';
import { commandLine } from '../cli/in-process.ts';
import { scratchDirectory } from '../cli/program.ts';
import { seeded } from '../seeded.ts';

/** Examples with options of a test, each compiled once. */
const loaded = new Map<string, Promise<PlugIn>>();

function load(name: string, options: Readonly<Record<string, string>>): Promise<PlugIn> {
  const key = JSON.stringify([name, options]);
  const plugIn = loaded.get(key) ?? loadPlugIn(pathToFileURL(`examples/protocols/${name}.ts`).href, options);
  loaded.set(key, plugIn);
  return plugIn;
}

/** Returns an example protocol on three connections, guarded. */
async function example(name: string, options: Readonly<Record<string, string>> = {}): Promise<ClientProtocol> {
  const plugIn = await load(name, options);
  const protocol = new GuardedProtocol(plugIn.create({ connections: 3, firstConnection: 70, seed: 1 }), 3, name);
  for (let c = 0; c < 3; c++) protocol.reset(c);
  return protocol;
}

test.each(['memcached', 'dns'])('%s conforms, with the examples of its file', async (name) => {
  const plugIn = await load(name, {});
  const { examples: conversations, datagrams } = plugIn;
  const make = () => plugIn.create({ connections: conversations.length, firstConnection: 0, seed: 1 });
  expect(checkConformance({ make, conversations, datagrams, random: seeded(9), damages: 2000 })).toEqual([]);
});

test('the plug-in that docs/plug-ins.md shows conforms', async () => {
  const [, source = ''] = /^```ts\n(.*?)^```$/ms.exec(readFileSync('docs/plug-ins.md', 'utf8')) ?? [];
  const file = join(scratchDirectory(), 'ping.ts');
  writeFileSync(file, source);
  expect(await commandLine('protocol-test', file)).toMatchObject({ code: 0, stderr: '' });
});

describe('memcached', () => {
  const value = '70:70:70:70:';
  const found = `VALUE sockbench-70 0 12\r\n${value}\r\nEND\r\n`;
  const ready = async (sets: string) => {
    const protocol = await example('memcached', { size: '12', sets });
    greetingOf(protocol);
    expect(take(protocol, latin('STORED\r\n'), NO_REQUEST).events).toBe('ready');
    return protocol;
  };
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

  test('stores the item of each connection, and then gets it', async () => {
    const protocol = await example('memcached', { size: '12', sets: '0' });
    expect(text(greetingOf(protocol))).toBe(`set sockbench-70 0 0 12\r\n${value}\r\n`);
    expect(text(greetingOf(protocol, 2))).toContain('set sockbench-72 0 0 12\r\n72:72:');
    expect(text(requestOf(protocol, 0, 3))).toBe('get sockbench-70\r\n');
  });

  test('accepts its replies, together, too', async () => {
    expect(take(await ready('0'), latin(found + found), 0).events).toBe('complete+complete');
    expect(take(await ready('1'), latin('STORED\r\nSTORED\r\n'), 0).events).toBe('complete+complete');
  });

  test('sets a share of the time, the same requests in every run', async () => {
    const kinds = async () => {
      const protocol = await ready('0.25');
      return Array.from({ length: 4000 }, (_, sequence) => text(requestOf(protocol, 1, sequence)).slice(0, 3));
    };
    const first = await kinds();
    expect(await kinds()).toEqual(first);
    const sets = first.filter((kind) => kind === 'set').length;
    expect(sets).toBeGreaterThan(900);
    expect(sets).toBeLessThan(1100);
  });

  test.each([
    ['END\r\n', 'END'],
    ['ERROR\r\n', 'ERROR'],
    ['CLIENT_ERROR bad data chunk\r\n', 'CLIENT_ERROR bad data chunk'],
    ['SERVER_ERROR out of memory\r\n', 'SERVER_ERROR out of memory'],
  ])('%j refuses a get', async (line, refusal) => {
    const protocol = await ready('0');
    expect(take(protocol, latin(line), 0).events).toBe('refused');
    expect(protocol.refusal?.(0)).toBe(refusal);
    expect(take(protocol, latin(found), 1).events).toBe('complete');
  });

  test('an error whose first letter is that of STORED refuses a set', async () => {
    const protocol = await ready('1');
    expect(take(protocol, latin('SERVER_ERROR object too large for cache\r\n'), 0).events).toBe('refused');
    expect(protocol.refusal?.(0)).toBe('SERVER_ERROR object too large for cache');
  });

  test.each([
    ['another value', found.replace('70:70:70', '70:71:70'), 'the reply differs from the expected one', 29],
    ['another length', found.replace(' 12', ' 13'), 'the reply differs from the expected one', 22],
    ['an unknown line', 'HELLO\r\n', 'the line is no reply of memcached', 6],
    ['an endless line', 'x'.repeat(300), 'the line does not end', 256],
  ])('%s is corrupt', async (_, reply, fault, position) => {
    expect(take(await ready('0'), latin(reply), 0)).toEqual({ events: 'corrupt', fault, position });
  });

  test('a refused greeting', async () => {
    const protocol = await example('memcached');
    greetingOf(protocol);
    expect(take(protocol, latin('SERVER_ERROR out of memory\r\n'), NO_REQUEST).events).toBe('refused');
  });
});

describe('dns', () => {
  /** Changes a byte of a reply. */
  const setting = (at: number, value: number) => (reply: Buffer) => {
    reply[at] = value;
    return reply;
  };

  /** Returns a reply to the query of a request: its answers are one A record, or the given bytes. */
  function replyTo(protocol: ClientProtocol, sequence: number, change: (reply: Buffer) => Buffer): Uint8Array {
    const query = Buffer.from(requestOf(protocol, 0, sequence));
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    const reply = Buffer.concat([query, record]);
    reply[2] = 0x81;
    reply[3] = 0x80;
    reply[7] = 1;
    return change(reply);
  }

  test('asks for a name', async () => {
    const query = Buffer.from(requestOf(await example('dns', { name: 'a.example.', type: 'AAAA' }), 0, 0));
    expect(query.subarray(2).toString('latin1')).toBe('\x01\0\0\x01\0\0\0\0\0\0\x01a\x07example\0\0\x1c\0\x01');
  });

  test('successive queries have different ids', async () => {
    const protocol = await example('dns');
    const ids = Array.from({ length: 1000 }, (_, i) => Buffer.from(requestOf(protocol, 0, i)).readUInt16BE(0));
    expect(new Set(ids).size).toBe(1000);
  });

  test('a reply with its id, question and records is complete', async () => {
    const protocol = await example('dns');
    expect(
      take(
        protocol,
        replyTo(protocol, 4, (reply) => reply),
        4,
      ).events,
    ).toBe('complete');
    expect([protocol.status, protocol.replyBytes]).toEqual([0, 46]);
  });

  test.each<[string, (reply: Buffer) => Buffer, string, number]>([
    ['an unknown name', setting(3, 0x83), 'NXDOMAIN', 3],
    ['a code without a name', setting(3, 0x8b), 'code 11', 11],
    ['a truncated reply', setting(2, 0x83), 'truncated: the server offers it over TCP', 0],
  ])('%s is refused', async (_, change, refusal, status) => {
    const protocol = await example('dns');
    const reply = replyTo(protocol, 0, change);
    expect(take(protocol, reply, 0).events).toBe('refused');
    expect([protocol.refusal?.(0), protocol.status]).toEqual([refusal, status]);
  });

  test.each<[string, (reply: Buffer) => Buffer, string, number]>([
    ['of another id', (reply) => setting(1, 1 ^ (reply[1] as number))(reply), 'a reply to no outstanding query', 0],
    ['that is a query', setting(2, 0x01), 'the message is no response to a query', 2],
    ['of another operation', setting(2, 0xa1), 'the message is no response to a query', 2],
    ['with two questions', setting(5, 2), 'the response is to another question', 5],
    ['to another name', setting(14, 0x7a), 'the response is to another question', 14],
    ['of another type', setting(27, 28), 'the response is to another question', 27],
    ['that ends in the header', (reply) => reply.subarray(0, 11), 'the message ends early', 11],
    ['that ends in the question', (reply) => reply.subarray(0, 20), 'the message ends early', 20],
    ['that ends in a record', (reply) => reply.subarray(0, 44), 'the message ends early', 44],
    ['that promises more records', setting(9, 1), 'the message ends early', 46],
    ['with more bytes', (reply) => Buffer.concat([reply, Buffer.of(0)]), 'bytes after the message', 46],
    ['with a label of a reserved kind', setting(30, 0x80), 'a name has an unknown form', 30],
  ])('a reply %s is corrupt', async (_, change, fault, position) => {
    const protocol = await example('dns');
    expect(take(protocol, replyTo(protocol, 2, change), 2)).toEqual({ events: 'corrupt', fault, position });
  });

  test.each(['', 'a..b', 'a b', `${'a'.repeat(64)}.b`])('the name %j is refused', async (name) => {
    await expect(example('dns', { name })).rejects.toThrow(`name=${name} is no name`);
  });

  test('a type that it does not know is refused', async () => {
    await expect(example('dns', { type: 'MX' })).rejects.toThrow('type=MX is none of A,AAAA');
  });
});
