import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllowed, parseAllowedTarget, resolveAllowedTarget } from '../../../bench/fleet/agent/allowed-targets.ts';
import { fleetAssignmentSchema } from '../../../bench/fleet/model/assignment.ts';
import { commandSchema } from '../../../bench/fleet/model/command.ts';
import { reportSchema } from '../../../bench/fleet/model/report.ts';
import { decode, encode, MAX_MESSAGE_BYTES } from '../../../bench/fleet/model/wire.ts';
import { parseAgentChoice } from '../../../bench/model/fleet.ts';
import { assignment } from './assignments.ts';

describe('an assignment is refused', () => {
  const plugIn = { protocol: 'plug-in', file: 'x.mjs', sha256: 'a'.repeat(64), options: {}, url: 'file:///tmp/x.mjs' };
  const { point } = assignment();
  test.each([
    ['with code to load', { exchange: plugIn }],
    ['with code to load in its point', { point: { ...point, exchange: plugIn } }],
    ['to a host name', { address: { host: 'example.org', port: 80 } }],
    ['to a path', { address: { path: '/run/secret.sock' } }],
    ['over Unix-domain sockets', { point: { ...point, transport: 'unix' } }],
    ['with threads beyond the last', { share: { threads: [1], of: 1 } }],
    ['with a thread twice', { share: { threads: [0, 0], of: 2 } }],
    ['with fields that it does not have', { command: 'rm -rf /' }],
    ['that would outlive its controller', { silenceMs: 1e9 }],
    ['with another spelling of a number', { timeoutMs: '1000' }],
  ])('%s', (_, given) => {
    expect(fleetAssignmentSchema.safeParse({ ...assignment(), ...given }).success).toBe(false);
  });
});

test('a message survives its encoding', () => {
  const command = { kind: 'assign', run: 'a'.repeat(32), trial: 1, assignment: assignment() };
  expect(decode(commandSchema, encode(command))).toEqual(command);
});

test('no bytes make decoding fail', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        expect(decode(commandSchema, bytes)).toBeUndefined();
        expect(decode(reportSchema, bytes)).toBeUndefined();
      },
    ),
  );
});

test('a message that is too long is not read', () => {
  const beat = { kind: 'beat', run: 'a'.repeat(32), trial: 1, received: 0 };
  expect(decode(commandSchema, encode(beat))).toEqual(beat);
  const padded = new Uint8Array(MAX_MESSAGE_BYTES + 1).fill(0x20);
  padded.set(encode(beat));
  expect(decode(commandSchema, padded)).toBeUndefined();
});

describe('the targets of an agent', () => {
  test('are hosts, with or without a port', () => {
    expect(parseAllowedTarget('10.0.0.7')).toEqual({ host: '10.0.0.7', port: null });
    expect(parseAllowedTarget('db.internal:6379')).toEqual({ host: 'db.internal', port: 6379 });
    expect(parseAllowedTarget('[fd00::7]:80')).toEqual({ host: 'fd00::7', port: 80 });
    expect(parseAllowedTarget('fd00::7')).toEqual({ host: 'fd00::7', port: null });
    for (const text of ['', ':80', 'a b', 'host:0', 'host:65536', 'tcp://host:1', '*']) {
      expect(() => parseAllowedTarget(text)).toThrow(RangeError);
    }
  });

  test('match by address and port, in any spelling of IPv6', async () => {
    const targets = [await resolveAllowedTarget('10.0.0.7:7000'), await resolveAllowedTarget('[fd00:0::0:7]')];
    expect(isAllowed({ host: '10.0.0.7', port: 7000 }, targets)).toBe(true);
    expect(isAllowed({ host: '10.0.0.7', port: 7001 }, targets)).toBe(false);
    expect(isAllowed({ host: '10.0.0.8', port: 7000 }, targets)).toBe(false);
    expect(isAllowed({ host: 'fd00::7', port: 1 }, targets)).toBe(true);
    expect(isAllowed({ host: '10.0.0.7', port: 7000 }, [])).toBe(false);
  });
});

test('agents are chosen by number, all of them, or by a label', () => {
  expect(parseAgentChoice('3')).toEqual({ kind: 'number', number: 3 });
  expect(parseAgentChoice('all')).toEqual({ kind: 'all' });
  expect(parseAgentChoice('zone=a')).toEqual({ kind: 'label', label: 'zone', value: 'a' });
  for (const text of ['', '0', 'some', '=a', 'zone=']) expect(() => parseAgentChoice(text)).toThrow(RangeError);
});
