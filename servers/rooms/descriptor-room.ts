import { NativeMemory } from '../../sockets/memory/memory.ts';
import { MSG_DONTWAIT, SHUT_RDWR, send, shutdown } from '../../sockets/socket.ts';
import type { Room } from './room.ts';

/** Capacity of a room: the descriptors that Linux allows a process by default (fs.nr_open). */
const DESCRIPTORS = 1_048_576;

/** Words of the shared memory: the lock, the number of members, their descriptors, and the place of each descriptor. */
const LOCK = 0;
const COUNT = 1;
const MEMBERS = 2;
/** Holds the place plus one, so that 0 means absent. */
const PLACES = MEMBERS + DESCRIPTORS;

/** Size of the buffer that is kept for sending. Few messages are longer. */
const OUTBOX_SIZE = 65_536;

/** The lock: U. Drepper, Futexes Are Tricky (2011), section 5. */
const FREE = 0;
const TAKEN = 1;
const AWAITED = 2;

/** Allocates the memory of a room, shared by all threads of a server. Untouched pages cost nothing. */
export function openRoom(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (PLACES + DESCRIPTORS));
}

/**
 * Broadcasts between the sessions of one process, in all of its threads. The sender writes to all other sockets
 * itself, and holds a lock meanwhile, so that all clients receive everything in the same order. Unread data waits in
 * the client's socket send buffer (tcp(7), tcp_wmem; about 2.5 MB over loopback). A client whose buffer is full is shut
 * down, possibly in the middle of a line, so that the others do not wait for it.
 */
export class DescriptorRoom implements Room {
  readonly #words: Int32Array;
  readonly #outbox = new NativeMemory(OUTBOX_SIZE);

  /** Returns a thread's view of the memory from {@link openRoom}; undefined if there is none. */
  static of(memory: SharedArrayBuffer | undefined): DescriptorRoom | undefined {
    return memory && new DescriptorRoom(memory);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  enter(fd: number): void {
    const words = this.#words;
    this.#lock();
    const place = words[COUNT] as number;
    words[MEMBERS + place] = fd;
    words[PLACES + fd] = place + 1;
    words[COUNT] = place + 1;
    this.#unlock();
  }

  leave(fd: number): void {
    this.#lock();
    this.#remove(fd);
    this.#unlock();
  }

  broadcast(from: number, bytes: Uint8Array, start: number, end: number): void {
    const words = this.#words;
    const length = end - start;
    // Longer messages are rare, and their memory is not kept.
    const outbox = length <= OUTBOX_SIZE ? this.#outbox : new NativeMemory(length);
    outbox.bytes.set(bytes.subarray(start, end));
    this.#lock();
    // From the last to the first, because removing one moves the last into its place.
    for (let place = (words[COUNT] as number) - 1; place >= 0; place--) {
      const fd = words[MEMBERS + place] as number;
      if (fd === from || send(fd, outbox, 0, length, MSG_DONTWAIT) === length) continue;
      // Wakes the thread or loop of that connection, which ends the session.
      shutdown(fd, SHUT_RDWR);
      this.#remove(fd);
    }
    this.#unlock();
    if (outbox !== this.#outbox) outbox.free();
  }

  free(): void {
    this.#outbox.free();
  }

  #remove(fd: number): void {
    const words = this.#words;
    const place = (words[PLACES + fd] as number) - 1;
    if (place < 0) return;
    const last = (words[COUNT] as number) - 1;
    const moved = words[MEMBERS + last] as number;
    words[MEMBERS + place] = moved;
    words[PLACES + moved] = place + 1;
    words[PLACES + fd] = 0;
    words[COUNT] = last;
  }

  #lock(): void {
    const words = this.#words;
    if (Atomics.compareExchange(words, LOCK, FREE, TAKEN) === FREE) return;
    while (Atomics.exchange(words, LOCK, AWAITED) !== FREE) Atomics.wait(words, LOCK, AWAITED);
  }

  #unlock(): void {
    if (Atomics.exchange(this.#words, LOCK, FREE) === AWAITED) Atomics.notify(this.#words, LOCK, 1);
  }
}
