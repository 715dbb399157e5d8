import { describe, expect, onTestFinished, test } from 'vitest';
import { POLLHUP, POLLIN, POLLOUT, PollSet } from '../../sockets/polling/poll.ts';
import { SHUT_RDWR, send, shutdown } from '../../sockets/socket.ts';
import { connection, listening, memory, noLibc } from './open.ts';

describe.skipIf(noLibc)('PollSet', () => {
  function pollSet(): PollSet {
    const set = new PollSet();
    onTestFinished(() => set.free());
    return set;
  }

  test('reports the requested events of ready descriptors', () => {
    const [client, server] = connection();
    const set = pollSet();
    expect([set.add(server, POLLIN), set.add(client, POLLIN | POLLOUT)]).toEqual([0, 1]);
    expect(set.wait(0)).toBe(1);
    expect([set.reventsAt(0), set.reventsAt(1)]).toEqual([0, POLLOUT]);
    send(client, memory(8), 0, 1);
    expect(set.wait(-1)).toBe(2);
    expect(set.reventsAt(0)).toBe(POLLIN);
    set.setEvents(0, POLLOUT);
    expect(set.reventsAt(0)).toBe(0);
    set.wait(-1);
    expect(set.reventsAt(0)).toBe(POLLOUT);
  });

  test('waits for a fraction of a millisecond', () => {
    const set = pollSet();
    set.add(listening('udp'), POLLIN);
    const begin = performance.now();
    expect(set.wait(1.5)).toBe(0);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(1.4);
  });

  test('replaces a removed entry with the last one', () => {
    const fds = Array.from({ length: 3 }, () => listening('udp'));
    const set = pollSet();
    for (const fd of fds) set.add(fd, POLLOUT);
    set.removeAt(0);
    expect([set.count, set.fdAt(0), set.fdAt(1)]).toEqual([2, fds[2], fds[1]]);
    expect(set.wait(0)).toBe(2);
    set.removeAt(1);
    set.removeAt(0);
    expect(set.wait(0)).toBe(0);
  });

  test('grows beyond its initial size and keeps all entries', () => {
    const fd = listening('udp');
    const set = pollSet();
    for (let i = 0; i < 1000; i++) set.add(fd, i % 2 === 0 ? POLLOUT : POLLIN);
    expect(set.count).toBe(1000);
    expect(set.wait(0)).toBe(500);
    expect(set.reventsAt(998)).toBe(POLLOUT);
    expect(set.reventsAt(999)).toBe(0);
  });

  test('reports a listener that is shut down, even when no event is requested', () => {
    const listener = listening('tcp');
    const set = pollSet();
    set.add(listener, 0);
    shutdown(listener, SHUT_RDWR);
    expect(set.wait(-1)).toBe(1);
    expect(set.reventsAt(0) & POLLHUP).toBe(POLLHUP);
  });
});
