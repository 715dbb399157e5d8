import { NativeMemory } from '../../sockets/memory.ts';
import { MSG_DONTWAIT, SHUT_RDWR, send, shutdown } from '../../sockets/socket.ts';
import { type AppName, needsRoom } from '../apps/catalog.ts';

/** Descriptors that may be in a room: as many as Linux allows a process by default (fs.nr_open). */
const DESCRIPTORS = 1_048_576;

/** Words of the shared memory: the lock, how many are in the room, who they are, and where each descriptor is among them. */
const LOCK = 0;
const COUNT = 1;
const MEMBERS = 2;
/** One more than the place, so that 0 is nowhere. */
const PLACES = MEMBERS + DESCRIPTORS;

/** Bytes that are said at once, mostly. */
const OUTBOX_SIZE = 65_536;

/** The lock: U. Drepper, Futexes Are Tricky (2011), section 5. */
const FREE = 0;
const TAKEN = 1;
const AWAITED = 2;

/** The memory of a room, for all threads of a server; undefined for an app that needs none. Untouched pages cost nothing. */
export function openRoom({ app }: { readonly app: AppName }): SharedArrayBuffer | undefined {
  return needsRoom(app) ? new SharedArrayBuffer(4 * (PLACES + DESCRIPTORS)) : undefined;
}

/**
 * Conversations of one process that hear each other, in whatever threads they are served: who speaks sends to all the
 * others' sockets itself, and holds a lock meanwhile, so that all hear everything in one order. What a client has not
 * read waits in its socket's send buffer (tcp(7), tcp_wmem; about 2.5 MB over loopback). One whose buffer is full is shut
 * down, in the middle of a line or not: the others don't wait for it.
 */
export class DescriptorRoom {
  readonly #words: Int32Array;
  readonly #outbox = new NativeMemory(OUTBOX_SIZE);

  /** One for each thread, of the memory that {@link openRoom} gave; undefined without. */
  static of(memory: SharedArrayBuffer | undefined): DescriptorRoom | undefined {
    return memory && new DescriptorRoom(memory);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** A connection hears from now on what others say. It is to {@link leave} before it is closed. */
  enter(fd: number): void {
    const words = this.#words;
    this.#lock();
    const place = words[COUNT] as number;
    words[MEMBERS + place] = fd;
    words[PLACES + fd] = place + 1;
    words[COUNT] = place + 1;
    this.#unlock();
  }

  /** A connection hears nothing any more; to say so again changes nothing. */
  leave(fd: number): void {
    this.#lock();
    this.#remove(fd);
    this.#unlock();
  }

  /** Sends bytes `start` to `end` to everyone but the one who says so. */
  tell(from: number, bytes: Uint8Array, start: number, end: number): void {
    const words = this.#words;
    const length = end - start;
    // Few are longer, and their memory is not kept.
    const outbox = length <= OUTBOX_SIZE ? this.#outbox : new NativeMemory(length);
    outbox.bytes.set(bytes.subarray(start, end));
    this.#lock();
    // From the last to the first, because removing one moves the last into its place.
    for (let place = (words[COUNT] as number) - 1; place >= 0; place--) {
      const fd = words[MEMBERS + place] as number;
      if (fd === from || send(fd, outbox, 0, length, MSG_DONTWAIT) === length) continue;
      // Its own thread or loop wakes up from that, and ends the conversation.
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
