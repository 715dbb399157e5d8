import { describe, expect, test } from 'vitest';
import { asInternet } from '../../sockets/address.ts';
import {
  check,
  EADDRINUSE,
  EAGAIN,
  EBADF,
  ECONNREFUSED,
  ECONNRESET,
  EINPROGRESS,
  EPIPE,
  SystemError,
} from '../../sockets/errors/errno.ts';
import { POLLOUT, PollSet } from '../../sockets/polling/poll.ts';
import {
  accept,
  bind,
  close,
  connect,
  getOption,
  localAddress,
  MSG_DONTWAIT,
  openServer,
  PeerAddress,
  recv,
  recvfrom,
  SHUT_RDWR,
  SHUT_WR,
  send,
  sendto,
  setBlocking,
  setOption,
  setReceiveTimeout,
  shutdown,
  socket,
} from '../../sockets/socket.ts';
import { whyMissing } from '../requirements.ts';
import { closing, connection, datagramPair, listening, loopback, memory, noLibc } from './open.ts';

describe.skipIf(noLibc)('TCP', () => {
  test('bytes are transferred in both directions', () => {
    const [client, server] = connection();
    const [out, inbox] = [memory(16), memory(16)];
    out.bytes.set([1, 2, 3, 4, 5]);
    expect(send(client, out, 1, 3)).toBe(3);
    expect(recv(server, inbox, 8, 8)).toBe(3);
    expect([...inbox.bytes]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 4, 0, 0, 0, 0, 0]);
    expect(send(server, inbox, 8, 3)).toBe(3);
    expect(recv(client, out, 0, 16)).toBe(3);
    expect([...out.bytes.subarray(0, 5)]).toEqual([2, 3, 4, 4, 5]);
  });

  test('after SHUT_WR the peer reads to the end and can still answer', () => {
    const [client, server] = connection();
    const bytes = memory(8);
    send(client, bytes, 0, 8);
    expect(shutdown(client, SHUT_WR)).toBe(0);
    expect(recv(server, bytes, 0, 8)).toBe(8);
    expect(recv(server, bytes, 0, 8)).toBe(0);
    expect(send(server, bytes, 0, 4)).toBe(4);
    expect(recv(client, bytes, 0, 8)).toBe(4);
  });

  test('sending on a closed connection returns an errno, and no SIGPIPE ends this process', () => {
    const [client, server] = connection();
    const bytes = memory(8);
    send(client, bytes, 0, 8);
    // close(2) with unread data sends RST.
    close(server);
    expect(recv(client, bytes, 0, 8)).toBe(-ECONNRESET);
    expect(send(client, bytes, 0, 8)).toBe(-EPIPE);
  });

  test('a non-blocking socket returns EAGAIN instead of waiting', () => {
    const [client] = connection();
    setBlocking(client, false);
    expect(recv(client, memory(8), 0, 8)).toBe(-EAGAIN);
    setBlocking(client, true);
    expect(recv(client, memory(8), 0, 8, MSG_DONTWAIT)).toBe(-EAGAIN);
    expect(accept(listening('tcp', { blocking: false }), false)).toBe(-EAGAIN);
  });

  test('a non-blocking connect is in progress until the socket is writable', () => {
    const client = closing(socket('tcp', loopback.host, false));
    expect(connect(client, localAddress(listening('tcp')))).toBe(-EINPROGRESS);
    const set = new PollSet();
    set.add(client, POLLOUT);
    expect(set.wait(5000)).toBe(1);
    expect(getOption(client, 'SO_ERROR')).toBe(0);
    set.free();
  });

  test('connecting to a port without a listener returns ECONNREFUSED', () => {
    const bound = closing(socket('tcp', loopback.host));
    check(bind(bound, loopback), 'bind');
    expect(connect(closing(socket('tcp', loopback.host)), localAddress(bound))).toBe(-ECONNREFUSED);
  });

  test.skipIf(whyMissing('ipv6'))('a client connects over IPv6', () => {
    const server = closing(openServer('tcp', { host: '::1', port: 0 }));
    const address = localAddress(server);
    expect(address).toMatchObject({ host: '::1' });
    expect(connect(closing(socket('tcp', '::1')), address)).toBe(0);
  });
});

describe.skipIf(noLibc)('UDP', () => {
  test.each([0, 1, 1400, 65_507])('a datagram of %i bytes is answered to its sender', (length) => {
    const server = listening('udp');
    const client = listening('udp');
    const [to, from] = [new PeerAddress(), new PeerAddress()];
    const bytes = memory(65_536);
    to.value = localAddress(server);
    expect(sendto(client, bytes, 0, length, 0, to)).toBe(length);
    expect(recvfrom(server, bytes, 0, 65_536, 0, from)).toBe(length);
    expect(from.value).toEqual(localAddress(client));
    expect(sendto(server, bytes, 0, length, 0, from)).toBe(length);
    expect(recv(client, bytes, 0, 65_536)).toBe(length);
  });

  test('after shutdown(2) an unconnected socket receives 0 bytes and no sender', () => {
    const server = listening('udp');
    const peer = new PeerAddress();
    shutdown(server, SHUT_RDWR);
    expect(recvfrom(server, memory(8), 0, 8, 0, peer)).toBe(0);
    expect(peer.length).toBe(0);
  });

  test('a receive timeout ends the wait with EAGAIN', () => {
    const [one] = datagramPair();
    expect(setReceiveTimeout(one, 20)).toBe(0);
    const start = performance.now();
    expect(recv(one, memory(8), 0, 8)).toBe(-EAGAIN);
    expect(performance.now() - start).toBeGreaterThan(10);
  });
});

describe.skipIf(noLibc)('servers', () => {
  test.each(['tcp', 'udp'] as const)('a %s port in use is refused, and the error contains its address', (transport) => {
    const address = asInternet(localAddress(listening(transport)));
    const again = () => openServer(transport, address);
    expect(again).toThrow(SystemError);
    expect(again).toThrow(`bind 127.0.0.1:${address.port}: address already in use (EADDRINUSE)`);
  });

  test.each(['tcp', 'udp'] as const)('two %s sockets with reusePort share a port', (transport) => {
    const address = localAddress(listening(transport, { reusePort: true }));
    const second = closing(openServer(transport, address, { reusePort: true }));
    expect(localAddress(second)).toEqual(address);
  });

  // The concurrent UDP servers use this: only the server's own sockets can share the port.
  test('SO_REUSEPORT set after bind(2) admits only sockets that set it, too', () => {
    const first = listening('udp');
    const address = localAddress(first);
    check(setOption(first, 'SO_REUSEPORT', 1), 'setsockopt');
    expect(bind(closing(socket('udp', loopback.host)), address)).toBe(-EADDRINUSE);
    const peerSocket = closing(socket('udp', loopback.host));
    setOption(peerSocket, 'SO_REUSEPORT', 1);
    expect(bind(peerSocket, address)).toBe(0);
  });

  test('a failed bind leaves no descriptor open', () => {
    const address = localAddress(listening('tcp'));
    const next = closing(socket('tcp', loopback.host));
    close(next);
    expect(() => openServer('tcp', address)).toThrow();
    const after = closing(socket('tcp', loopback.host));
    expect(after).toBe(next);
  });
});

describe.skipIf(noLibc)('options and descriptors', () => {
  test.each(['SO_REUSEADDR', 'SO_KEEPALIVE', 'TCP_NODELAY'] as const)(
    '%s is off by default, and on after it was set',
    (option) => {
      const fd = closing(socket('tcp', loopback.host));
      expect(getOption(fd, option)).toBe(0);
      expect(setOption(fd, option, 1)).toBe(0);
      expect(getOption(fd, option)).toBe(1);
    },
  );

  test('the kernel doubles a buffer size, socket(7)', () => {
    const fd = closing(socket('udp', loopback.host));
    setOption(fd, 'SO_RCVBUF', 10_000);
    expect(getOption(fd, 'SO_RCVBUF')).toBe(20_000);
  });

  test('an invalid descriptor is reported as EBADF', () => {
    expect(close(-1)).toBe(-EBADF);
    expect(recv(-1, memory(8), 0, 8)).toBe(-EBADF);
    expect(() => localAddress(-1)).toThrow('EBADF');
    expect(() => setBlocking(-1, true)).toThrow('EBADF');
  });
});
