import { expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { makeProtocol, type ProtocolSpec } from '../../../bench/load/protocols/make-protocol.ts';
import { parseRedisCommands } from '../../../bench/load/protocols/redis/command.ts';
import { fixedSize } from '../../../bench/model/message-sizes.ts';
import { seeded } from '../../seeded.ts';
import { greetingOf, latin, requestOf, scope, take } from './talk.ts';

const http = (host: string, path: string): ProtocolSpec => ({
  kind: 'http',
  exchange: { host, requests: [{ path }], keepAlive: true },
});
const redis = (login: object): ProtocolSpec => ({
  kind: 'redis',
  exchange: { commands: parseRedisCommands('PING'), keys: { count: 1 }, sizes: fixedSize(1), resp: 2, ...login },
});
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Connection 1 has the second target, unless it is moved. */
function perTarget(specs: readonly ProtocolSpec[], targets = [0, 1, 0]) {
  return makeProtocol({ kind: 'per-target', specs }, { ...scope, targetOf: (c) => targets[c] ?? 0 });
}

test('each connection sends the requests of its target, which it has from its opening on', () => {
  const targets = [0, 1, 0];
  const protocol = perTarget([http('a', '/1'), http('b', '/longer')], targets);
  for (const c of [0, 1]) protocol.reset(c);
  expect(protocol.sameRequest).toBe(false);
  expect(text(requestOf(protocol, 0, 0))).toBe('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(text(requestOf(protocol, 1, 0))).toBe('GET /longer HTTP/1.1\r\nHost: b\r\n\r\n');
  targets[0] = 1;
  expect(text(requestOf(protocol, 0, 1))).toContain('Host: a');
  protocol.reset(0);
  expect(text(requestOf(protocol, 0, 1))).toContain('Host: b');
});

test('statuses are those of all targets', () => {
  const protocol = perTarget([http('a', '/'), http('b', '/')], [1]);
  for (const status of [200, 404, 200]) {
    protocol.reset(0);
    take(protocol, latin(`HTTP/1.1 ${status} Any\r\nContent-Length: 0\r\n\r\n`), 0);
  }
  expect(protocol.statusCounts?.()).toEqual({ 200: 2, 404: 1 });
  protocol.clearStatuses?.();
  expect(protocol.statusCounts?.()).toEqual({});
});

test('a target without a login has no greeting', () => {
  const protocol = perTarget([redis({ database: 3 }), redis({})]);
  expect(text(greetingOf(protocol, 1))).toBe('');
  expect(protocol.greets).toBe(false);
  expect(text(greetingOf(protocol, 0))).toContain('SELECT');
  expect(protocol.greets).toBe(true);
});

test('the protocols of several targets conform', () => {
  const greeting = new Uint8Array(0);
  const replies = ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n'];
  const conversations = [0, 1, 2].map(() => ({ greeting, replies: replies.map(latin) }));
  const make = () => perTarget([http('a', '/1'), http('b', '/2')]);
  expect(checkConformance({ make, conversations, random: seeded(1), damages: 100 })).toEqual([]);
});
