import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { ConfigurationError } from '../../bench/model/errors.ts';
import { text, toggle } from '../../scripts/cli/flag-types.ts';
import { readFlags } from '../../scripts/cli/flags.ts';
import { protocolFileFlags, readProtocolFile } from '../../scripts/flags/protocol-file.ts';
import type { TransportName } from '../../servers/transport.ts';

const schema = z.strictObject({
  ...protocolFileFlags,
  app: text().optional(),
  size: text().prefault('64'),
  deflate: toggle(),
  send: text().optional(),
});

/** Reads flags as a command does. @returns the plug-in and the faults. */
async function read(argv: Readonly<Record<string, unknown>>, transport: TransportName = 'tcp') {
  const flags = readFlags(schema, { _: ['run'], ...argv });
  const plugIn = await readProtocolFile(flags, [transport]);
  try {
    flags.assertNoFaults();
  } catch (error) {
    return { plugIn, faults: (error as ConfigurationError).faults };
  }
  return { plugIn, faults: [] };
}

const memcached = 'examples/protocols/memcached.ts';
const dns = 'examples/protocols/dns.ts';

test('without the flag, there is no plug-in', async () => {
  expect(await read({})).toEqual({ plugIn: undefined, faults: [] });
});

test('a file is loaded with its options', async () => {
  const { plugIn, faults } = await read({ protocol: memcached, 'protocol-option': ['size=100', 'sets=0.5'] });
  expect(faults).toEqual([]);
  expect(plugIn?.exchange).toMatchObject({
    protocol: 'plug-in',
    file: 'memcached.ts',
    options: { size: '100', sets: '0.5' },
  });
  expect(plugIn?.exchange).not.toHaveProperty('url');
  expect(plugIn?.exchangeWithSecrets).toHaveProperty(
    'url',
    expect.stringMatching(/^file:.*\/examples\/protocols\/memcached\.ts$/),
  );
});

test('a protocol of datagrams is for UDP', async () => {
  expect((await read({ protocol: dns }, 'udp')).faults).toEqual([]);
  expect((await read({ protocol: dns }, 'tls')).faults).toEqual([
    '--protocol: dns.ts is for datagrams, and not for tls: give a target udp://HOST:PORT',
  ]);
});

describe('refused are', () => {
  test('flags of other protocols', async () => {
    const { faults } = await read({ protocol: memcached, app: 'echo', size: '5', deflate: true, send: 'PING' });
    expect(faults).toEqual(
      ['app', 'size', 'deflate', 'send'].map(
        (name) => `--${name}: the file of --protocol decides what clients send: leave it out`,
      ),
    );
  });

  test('options without a protocol', async () => {
    expect((await read({ 'protocol-option': 'a=b' })).faults).toEqual(['--protocol-option needs --protocol']);
  });

  test('a value of an option that the file refuses, with its stack', async () => {
    const { faults } = await read({ protocol: memcached, 'protocol-option': 'size=no' });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(
      /^--protocol: memcached\.ts: createProtocol threw RangeError: size=no is not a number of bytes\n +at .*memcached\.ts:\d+/,
    );
  });
});

test('a protocol with a greeting needs a connection', async () => {
  expect((await read({ protocol: memcached }, 'udp')).faults).toEqual([
    '--protocol: memcached.ts has a greeting, for which udp has no connection: use tcp or tls',
  ]);
});
