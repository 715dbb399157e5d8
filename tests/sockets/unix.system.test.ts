import { describe, expect, test } from 'vitest';
import {
  EADDRINUSE,
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EOPNOTSUPP,
  EPIPE,
  SystemError,
} from '../../sockets/errors/errno.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import {
  accept,
  bind,
  close,
  connect,
  connectTo,
  getOption,
  localAddress,
  openServer,
  PeerAddress,
  recv,
  SHUT_RDWR,
  SHUT_WR,
  send,
  setOption,
  shutdown,
  socket,
} from '../../sockets/socket.ts';
import { TimestampedReceiver } from '../../sockets/timestamps.ts';
import { socketPath } from '../servers/socket-path.ts';
import { closing, memory } from './open.ts';

/** Opens a listener and a client that is connected to it. @returns both ends of the connection, and the listener. */
function connection(): { readonly client: number; readonly server: number; readonly listener: number } {
  const listener = closing(openServer('tcp', { path: socketPath() }));
  const client = closing(socket('tcp', undefined));
  expect(connect(client, localAddress(listener))).toBe(0);
  return { client, server: closing(accept(listener)), listener };
}

describe.skipIf(whyNoLibc())('a Unix-domain socket', () => {
  test('is bound to its path, and carries bytes and FIN both ways', () => {
    const path = socketPath();
    const listener = closing(openServer('tcp', { path }));
    expect(localAddress(listener)).toEqual({ path });
    const { client, server } = connection();
    const bytes = memory(8);
    bytes.bytes.set([1, 2, 3]);
    expect(send(client, bytes, 0, 3)).toBe(3);
    shutdown(client, SHUT_WR);
    expect(recv(server, bytes, 4, 4)).toBe(3);
    expect(recv(server, bytes, 4, 4)).toBe(0);
    expect(send(server, bytes, 0, 3)).toBe(3);
    expect(recv(client, bytes, 0, 8)).toBe(3);
    // A client has no name.
    expect(localAddress(client)).toEqual({ path: '' });
  });

  test('is connected to from a stored address, at once also without blocking', () => {
    const listener = closing(openServer('tcp', { path: socketPath() }));
    const peer = new PeerAddress();
    peer.value = localAddress(listener);
    expect(peer.value).toEqual(localAddress(listener));
    const client = closing(socket('tcp', undefined, false));
    expect(connectTo(client, peer)).toBe(0);
    expect(getOption(client, 'SO_ERROR')).toBe(0);
    peer.memory.free();
  });

  test('refuses with EAGAIN while its accept queue is full, and with ECONNREFUSED when nothing listens', () => {
    const listener = closing(openServer('tcp', { path: socketPath() }, { backlog: 0 }));
    const address = localAddress(listener);
    expect(connect(closing(socket('tcp', undefined, false)), address)).toBe(0);
    expect(connect(closing(socket('tcp', undefined, false)), address)).toBe(-EAGAIN);
    shutdown(listener, SHUT_RDWR);
    expect(connect(closing(socket('tcp', undefined, false)), address)).toBe(-ECONNREFUSED);
  });

  test('cannot be bound where a file is, also a stale one', () => {
    const path = socketPath();
    close(openServer('tcp', { path }));
    expect(bind(closing(socket('tcp', undefined)), { path })).toBe(-EADDRINUSE);
    const again = () => openServer('tcp', { path });
    expect(again).toThrow(SystemError);
    expect(again).toThrow(`bind ${path}: address already in use (EADDRINUSE)`);
  });

  test('has no options of TCP', () => {
    const { client } = connection();
    expect(setOption(client, 'TCP_NODELAY', 1)).toBe(-EOPNOTSUPP);
  });

  test('is reset by a close with unread bytes, and no SIGPIPE ends this process', () => {
    const { client, server } = connection();
    const bytes = memory(8);
    send(client, bytes, 0, 8);
    close(server);
    expect(recv(client, bytes, 0, 8)).toBe(-ECONNRESET);
    expect(send(client, bytes, 0, 8)).toBe(-EPIPE);
  });

  test('accepts SO_TIMESTAMPNS, but its streams carry no arrival times', () => {
    const { client, server } = connection();
    expect(setOption(server, 'SO_TIMESTAMPNS', 1)).toBe(0);
    const bytes = memory(64);
    send(client, bytes, 0, 8);
    const receiver = new TimestampedReceiver(bytes);
    expect(receiver.receive(server)).toBe(8);
    expect(receiver.seconds).toBe(0);
    receiver.free();
  });
});
