import { expect, test } from 'vitest';
import { type AppName, appNames, apps } from '../../servers/apps/app-catalog.ts';
import { whyReflects } from '../../servers/apps/reflection.ts';
import { CollectedReply } from '../../servers/node/collected-reply.ts';
import { loadApp } from '../../servers/served.ts';

test.each([
  ['echo', 'udp', '0.0.0.0', true],
  ['echo', 'udp', '::', true],
  ['echo', 'udp', '192.0.2.1', true],
  ['echo', 'udp', '2001:db8::1', true],
  ['chargen', 'udp', '0.0.0.0', true],
  ['ack', 'udp', '0.0.0.0', true],
  ['echo', 'udp', '::ffff:192.0.2.1', true],
  ['echo', 'udp', '127.0.0.1', false],
  ['echo', 'udp', '127.1.2.3', false],
  ['echo', 'udp', '::1', false],
  ['echo', 'udp', '0:0:0:0:0:0:0:1', false],
  ['echo', 'udp', '::ffff:127.0.0.1', false],
  ['echo', 'udp', '::ffff:7f00:1', false],
  ['discard', 'udp', '0.0.0.0', false],
  ['echo', 'tcp', '0.0.0.0', false],
  ['chargen', 'tls', '0.0.0.0', false],
] as const)('%s over %s on %s can reflect traffic to other hosts: %s', (app, transport, host, reflects) => {
  expect(whyReflects(app, transport, host) !== undefined).toBe(reflects);
});

test.each(appNames)('%s is marked as answering datagrams if and only if it does', async (name: AppName) => {
  const app = await loadApp({ app: name });
  const reply = new CollectedReply();
  for (let i = 0; i < 10; i++) app.datagram?.(Buffer.from('hello'), 0, 5, reply);
  expect('answersDatagrams' in apps[name]).toBe(reply.take().parts.length > 0);
});
