import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ENOSYS, EPERM } from '../../sockets/errors/errno.ts';
import { libc } from '../../sockets/libc.ts';
import { EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP, Epoll } from '../../sockets/polling/epoll.ts';
import { SHUT_RDWR, SHUT_WR, send, shutdown } from '../../sockets/socket.ts';
import { connection, listening, memory, noLibc } from './open.ts';

describe.skipIf(noLibc)('Epoll', () => {
  function epoll(capacity?: number): Epoll {
    const set = new Epoll(capacity);
    onTestFinished(() => set.close());
    return set;
  }

  /** Returns the events of the last wait, as a map from data to events. */
  function found(set: Epoll, ready: number): Map<number, number> {
    return new Map(Array.from({ length: ready }, (_, i) => [set.dataAt(i), set.eventsAt(i)]));
  }

  test('reports ready descriptors by the number with which they were added', () => {
    const [client, server] = connection();
    const set = epoll();
    set.add(client, EPOLLIN, 0xffff_ffff);
    set.add(server, EPOLLIN, 7);
    expect(set.wait(0)).toBe(0);
    send(client, memory(8), 0, 1);
    expect(found(set, set.wait(-1))).toEqual(new Map([[7, EPOLLIN]]));
    set.modify(client, EPOLLOUT, 9);
    expect(found(set, set.wait(-1))).toEqual(
      new Map([
        [7, EPOLLIN],
        [9, EPOLLOUT],
      ]),
    );
    set.remove(server);
    expect(found(set, set.wait(-1))).toEqual(new Map([[9, EPOLLOUT]]));
  });

  test('reports no more than its capacity at once', () => {
    const set = epoll(2);
    for (let i = 0; i < 5; i++) set.add(listening('udp'), EPOLLOUT, i);
    expect(set.wait(0)).toBe(2);
  });

  const unknown = noLibc !== undefined || libc().epoll_pwait2 === undefined;
  test.skipIf(unknown).for([ENOSYS, EPERM])(
    'waits, too, where the kernel refuses epoll_pwait2(2) with errno %i',
    (errno) => {
      const fine = vi.spyOn(libc() as { epoll_pwait2: () => number }, 'epoll_pwait2').mockImplementation(() => {
        libc().errno[0] = errno;
        return -1;
      });
      onTestFinished(() => fine.mockRestore());
      const [client, server] = connection();
      const set = epoll();
      set.add(server, EPOLLIN, 7);
      const begin = performance.now();
      expect(set.waitNanos(5.5e6)).toBe(0);
      expect(performance.now() - begin).toBeGreaterThanOrEqual(4.9);
      send(client, memory(8), 0, 1);
      expect(found(set, set.waitNanos(1e9))).toEqual(new Map([[7, EPOLLIN]]));
      expect(fine, 'the kernel was asked once').toHaveBeenCalledOnce();
    },
  );

  test('reports FIN and the end of a connection', () => {
    const [client, server] = connection();
    const set = epoll();
    set.add(server, EPOLLIN | EPOLLRDHUP, 1);
    shutdown(client, SHUT_WR);
    expect(found(set, set.wait(-1))).toEqual(new Map([[1, EPOLLIN | EPOLLRDHUP]]));
    shutdown(server, SHUT_RDWR);
    set.wait(-1);
    expect(set.eventsAt(0) & EPOLLHUP).toBe(EPOLLHUP);
  });

  test('throws for a descriptor that cannot be watched', () => {
    const set = epoll();
    expect(() => set.add(-1, EPOLLIN, 0)).toThrow('epoll_ctl');
    expect(() => set.remove(listening('udp'))).toThrow('ENOENT');
  });
});
