import { onTestFinished, vi } from 'vitest';
import { check } from '../../sockets/errors/errno.ts';
import { libc } from '../../sockets/libc.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import {
  accept,
  bind,
  close,
  connect,
  type ListenOptions,
  localAddress,
  openServer,
  socket,
  type Transport,
} from '../../sockets/socket.ts';
import { whyMissing } from '../requirements.ts';

/** Why tests that call the C library can't run here; undefined when they can. */
export const noLibc = whyMissing('libc');

export const loopback = { host: '127.0.0.1', port: 0 } as const;

/** Closes the descriptor when the test has finished. @returns the descriptor. */
export function closing(fd: number): number {
  onTestFinished(() => void close(fd));
  return fd;
}

/** Allocates memory that is freed when the test has finished. */
export function memory(size: number): NativeMemory {
  const made = new NativeMemory(size);
  onTestFinished(() => made.free());
  return made;
}

/** Opens a bound (and, over TCP, listening) socket on the loopback address. */
export function listening(transport: Transport, options: ListenOptions = {}): number {
  return closing(openServer(transport, loopback, options));
}

/** Opens a TCP connection. @returns its ends, [client, server]. */
export function connection(): readonly [number, number] {
  const listener = listening('tcp');
  const client = closing(check(socket('tcp', loopback.host), 'socket'));
  check(connect(client, localAddress(listener)), 'connect');
  return [client, closing(check(accept(listener), 'accept4'))];
}

/** Opens two UDP sockets that are connected to each other. */
export function datagramPair(): readonly [number, number] {
  const one = listening('udp');
  const other = closing(check(socket('udp', loopback.host), 'socket'));
  check(bind(other, loopback), 'bind');
  check(connect(other, localAddress(one)), 'connect');
  check(connect(one, localAddress(other)), 'connect');
  return [one, other];
}

/** Returns a live set of the addresses of native memory blocks that are allocated from now on and not yet freed. */
export function liveBlocks(): Set<number> {
  const { allocate } = libc();
  const live = new Set<number>();
  const counting = vi.spyOn(libc(), 'allocate').mockImplementation((size) => {
    const block = allocate(size);
    live.add(block.address);
    const free = () => {
      live.delete(block.address);
      block.free();
    };
    return { ...block, free };
  });
  onTestFinished(() => counting.mockRestore());
  return live;
}
