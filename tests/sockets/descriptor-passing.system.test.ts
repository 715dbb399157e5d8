import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { receiveDescriptors, sendDescriptors, socketPair } from '../../sockets/descriptor-passing.ts';
import { EBADF, ENOBUFS, EPIPE } from '../../sockets/errors/errno.ts';
import { close, MSG_DONTWAIT, recv, send } from '../../sockets/socket.ts';
import { closing, connection, liveBlocks, memory, noLibc } from './open.ts';

function pair(): readonly [number, number] {
  const [one, other] = socketPair();
  return [closing(one), closing(other)];
}

const openFiles = () => readdirSync('/proc/self/fd').length;

describe.skipIf(noLibc)('descriptors passed over a Unix-domain socket', () => {
  test.for([0, 1, 5, 90_000])('arrive with %i bytes and refer to the same socket', (length) => {
    const [from, to] = pair();
    const [client, server] = connection();
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    expect(sendDescriptors(from, bytes, [server])).toBe(0);
    const passed = receiveDescriptors(to);
    expect(Buffer.compare(passed?.bytes ?? Buffer.of(1), bytes)).toBe(0);
    expect(passed?.fds.length).toBe(1);
    const copy = closing(passed?.fds[0] ?? -1);
    expect(copy).not.toBe(server);
    const area = memory(8);
    area.bytes.set(Buffer.from('hello'));
    expect(send(copy, area, 0, 5)).toBe(5);
    expect(recv(client, memory(8), 0, 8)).toBe(5);
  });

  test('end when the sender has closed its socket, with or without unread bytes', () => {
    for (const unread of [0, 1]) {
      const [from, to] = socketPair();
      closing(to);
      if (unread > 0) expect(send(to, memory(8), 0, unread)).toBe(unread);
      close(from);
      expect(receiveDescriptors(to)).toBeUndefined();
    }
  });

  test('arrive one message at a time, each with its own descriptors', () => {
    const [from, to] = pair();
    const [client, server] = connection();
    for (let i = 1; i <= 3; i++)
      expect(sendDescriptors(from, Uint8Array.of(i), i === 2 ? [client, server] : [client])).toBe(0);
    for (let i = 1; i <= 3; i++) {
      const passed = receiveDescriptors(to);
      passed?.fds.forEach(closing);
      expect([...(passed?.bytes ?? [])]).toEqual([i]);
      expect(passed?.fds.length).toBe(i === 2 ? 2 : 1);
    }
  });

  test('end when the sender closes in the middle of a message, whose descriptors are closed', () => {
    const [from, to] = socketPair();
    closing(to);
    const [client] = connection();
    // The send buffer is too small for the message: the length arrives, but not all of the bytes.
    expect(sendDescriptors(from, new Uint8Array(4 * 2 ** 20), [client])).toBe(-ENOBUFS);
    close(from);
    const files = openFiles();
    expect(receiveDescriptors(to)).toBeUndefined();
    expect(openFiles()).toBe(files);
  });

  test('are not sent to a closed receiver, nor when one of them is invalid', () => {
    const [from, to] = socketPair();
    closing(from);
    const [client] = connection();
    expect(sendDescriptors(from, Uint8Array.of(1), [1_000_000])).toBe(-EBADF);
    close(to);
    expect(sendDescriptors(from, Uint8Array.of(1), [client])).toBe(-EPIPE);
    expect(() => sendDescriptors(from, Uint8Array.of(1), [])).toThrow(RangeError);
    expect(() => sendDescriptors(from, Uint8Array.of(1), [1, 2, 3, 4, 5])).toThrow(RangeError);
  });

  test('leave no memory and no descriptors at either end', () => {
    const [from, to] = pair();
    const [client] = connection();
    const live = liveBlocks();
    const files = openFiles();
    for (let i = 0; i < 3; i++) {
      sendDescriptors(from, Uint8Array.of(1), [client]);
      for (const fd of receiveDescriptors(to)?.fds ?? []) close(fd);
    }
    expect([...live]).toEqual([]);
    expect(openFiles()).toBe(files);
    expect(recv(to, memory(8), 0, 8, MSG_DONTWAIT)).toBeLessThan(0);
  });
});
