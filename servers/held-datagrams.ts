import type { NativeMemory } from '../sockets/memory.ts';
import { checkDatagramSent } from '../sockets/retry.ts';
import { MSG_DONTWAIT, PeerAddress, sendto } from '../sockets/socket.ts';
import { DueTimes } from './due-times.ts';
import { MemoryPool } from './memory-pool.ts';

/** Replies that may be held at a time; further ones are dropped, as a full socket buffer drops them. */
const LIMIT = 1024;
const END = Number.POSITIVE_INFINITY;

interface HeldDatagram {
  readonly peer: PeerAddress;
  readonly memory: NativeMemory;
  readonly length: number;
}

/** Knows who sent a datagram: a batch, by its slots. */
export interface PeerSource {
  copyPeer(slot: number, peer: PeerAddress): void;
}

/** Replies of a non-blocking UDP socket that are to be sent at some later time. */
export class HeldDatagrams {
  readonly #fd: number;
  readonly #due = new DueTimes<HeldDatagram>();
  readonly #pool = new MemoryPool();
  /** Addresses that are not in use: 32 bytes each, and no more of them than replies were held at a time. */
  readonly #peers: PeerAddress[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Keeps a copy of a reply to whoever sent the datagram in a slot, until `due` by performance.now(). */
  hold(bytes: Uint8Array, peers: PeerSource, slot: number, due: number): void {
    if (this.#due.size >= LIMIT) return;
    const peer = this.#peers.pop() ?? new PeerAddress();
    const memory = this.#pool.take(bytes.length);
    memory.bytes.set(bytes);
    peers.copyPeer(slot, peer);
    this.#due.add(due, { peer, memory, length: bytes.length });
  }

  /** Gives the memory back; what is held is lost. */
  free(): void {
    for (let held = this.#due.take(END); held !== undefined; held = this.#due.take(END)) this.#release(held);
    for (const { memory } of this.#peers) memory.free();
    this.#peers.length = 0;
    this.#pool.free();
  }

  /** Sends what is due. @returns milliseconds until the next is, or -1 when none is left. */
  sendDue(): number {
    const now = performance.now();
    for (let held = this.#due.take(now); held !== undefined; held = this.#due.take(now)) {
      checkDatagramSent(sendto(this.#fd, held.memory, 0, held.length, MSG_DONTWAIT, held.peer), 'sendto');
      this.#release(held);
    }
    return this.#due.size === 0 ? -1 : this.#due.earliest - now;
  }

  #release({ peer, memory }: HeldDatagram): void {
    this.#pool.give(memory);
    this.#peers.push(peer);
  }
}
