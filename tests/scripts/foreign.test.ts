import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { commandName } from '../../bench/model/command-name.ts';
import { readFlags } from '../../scripts/cli/flags.ts';
import { foreignFlags, readForeign } from '../../scripts/flags/foreign.ts';

test.each([
  ['python3 examples/servers/threads.py {port} {transport}', 'python3 threads.py'],
  ['./server --listen={host}:{port}', 'server'],
  ['{port}', '{port}'],
  ['exec  node bin/serve.js {port}', 'node serve.js'],
  [
    'a/very/long/path/to/a-program-with-a-name-that-goes-on {port}',
    'a-program-with-a-name-that-goes-on'.slice(0, 31).concat('…'),
  ],
])('%s is named %s', (command, name) => expect(commandName(command)).toBe(name));

describe('commands', () => {
  test('have their given names in order, and then names derived from the command', () => {
    const flags = readFlags(z.strictObject(foreignFlags), {
      _: ['bench'],
      exec: ['a,b {port}', 'c {port}'],
      name: 'first, of two',
    });
    expect(readForeign(flags)).toEqual([
      { kind: 'exec', name: 'first, of two', command: 'a,b {port}', startLimitMs: 15_000 },
      { kind: 'exec', name: 'c', command: 'c {port}', startLimitMs: 15_000 },
    ]);
    flags.assertNoFaults();
  });
});
