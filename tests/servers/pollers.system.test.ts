import { describe, expect, onTestFinished, test } from 'vitest';
import { EpollPoller } from '../../servers/readiness/epoll-poller.ts';
import { PollPoller } from '../../servers/readiness/poll-poller.ts';
import type { Poller } from '../../servers/readiness/poller.ts';
import { check } from '../../sockets/errors/errno.ts';
import { POLLIN, POLLOUT } from '../../sockets/polling/poll.ts';
import { close, SHUT_RDWR, send, shutdown } from '../../sockets/socket.ts';
import { connection, memory, noLibc } from '../sockets/open.ts';
import { connectedPair } from './connected-pair.ts';

/** How often a poller waits for late descriptors, 10 ms each. */
const LOOKS = 1000;

const pollers = { poll: PollPoller, epoll: EpollPoller };

function ready(poller: Poller, timeoutMs = 0): number[] {
  return Array.from({ length: poller.wait(timeoutMs) }, (_, i) => poller.readyAt(i)).sort((a, b) => a - b);
}

/** Waits until `count` descriptors are ready at once: the kernel may deliver to one later than to another. */
function readyOnce(poller: Poller, count: number): number[] {
  let found = ready(poller);
  for (let i = 0; i < LOOKS && found.length < count; i++) found = ready(poller, 10);
  return found;
}

function sendByte(fd: number): void {
  check(send(fd, memory(8), 0, 1), 'send');
}

describe.skipIf(noLibc).each(['poll', 'epoll'] as const)('a poller on %s', (name) => {
  const open = (): Poller => {
    const poller = new pollers[name]();
    onTestFinished(() => poller.free());
    return poller;
  };

  test('reports each ready descriptor once, and only for the events it waits for', () => {
    const poller = open();
    const [one, other] = connection();
    expect(ready(poller)).toEqual([]);
    poller.add(one, POLLIN);
    poller.add(other, POLLOUT);
    expect(ready(poller)).toEqual([other]);
    sendByte(other);
    expect(readyOnce(poller, 2)).toEqual([one, other].sort((a, b) => a - b));
    poller.change(other, 0);
    expect(ready(poller)).toEqual([one]);
    poller.change(one, 0);
    expect(ready(poller, 0.5)).toEqual([]);
    poller.change(one, POLLIN);
    expect(ready(poller)).toEqual([one]);
  });

  test('reports the end of a connection that waits for nothing', () => {
    const poller = open();
    const [, server] = connection();
    poller.add(server, 0);
    shutdown(server, SHUT_RDWR);
    expect(readyOnce(poller, 1)).toEqual([server]);
  });

  test.each([0, 1, 2])('watches the others when descriptor %i of three is removed', (gone) => {
    const poller = open();
    const pairs = [connectedPair(false), connectedPair(false), connectedPair(false)];
    for (const { server } of pairs) poller.add(server, POLLIN);
    const left = pairs.filter((_, i) => i !== gone);
    const { server: removed } = pairs[gone] as (typeof pairs)[number];
    onTestFinished(() => {
      for (const { server } of left) close(server);
    });
    poller.remove(removed);
    close(removed);
    for (const { client } of left) sendByte(client);
    expect(readyOnce(poller, 2)).toEqual(left.map(({ server }) => server).sort((a, b) => a - b));
    for (const { server } of left) poller.change(server, 0);
    expect(ready(poller)).toEqual([]);
  });
});
