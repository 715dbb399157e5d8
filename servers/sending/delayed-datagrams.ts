import { checkDatagramSent } from '../../sockets/errors/retry.ts';
import type { NativeMemory } from '../../sockets/memory/memory.ts';
import { MSG_DONTWAIT, PeerAddress, sendto } from '../../sockets/socket.ts';
import { DueTimes } from '../timing/due-times.ts';
import { MemoryPool } from './memory-pool.ts';

/** Maximum of held replies. Further ones are dropped, as a full socket buffer would drop them. */
const LIMIT = 1024;
const END = Number.POSITIVE_INFINITY;

interface HeldDatagram {
  readonly peer: PeerAddress;
  readonly memory: NativeMemory;
  readonly length: number;
}

/** Source of peer addresses, by slot, such as a batch of datagrams. */
export interface PeerSource {
  copyPeer(slot: number, peer: PeerAddress): void;
}

/** Delayed replies of a non-blocking UDP socket. */
export class HeldDatagrams {
  readonly #fd: number;
  readonly #due = new DueTimes<HeldDatagram>();
  readonly #pool = new MemoryPool();
  /** Unused addresses of 32 bytes each: never more than the maximum of replies held at a time. */
  readonly #peers: PeerAddress[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Holds a copy of a reply to the sender of a slot's datagram until `due`, by performance.now(). */
  hold(bytes: Uint8Array, peers: PeerSource, slot: number, due: number): void {
    if (this.#due.size >= LIMIT) return;
    const peer = this.#peers.pop() ?? new PeerAddress();
    const memory = this.#pool.take(bytes.length);
    memory.bytes.set(bytes);
    peers.copyPeer(slot, peer);
    this.#due.add(due, { peer, memory, length: bytes.length });
  }

  /** Frees the memory. Held replies are lost. */
  free(): void {
    for (let held = this.#due.take(END); held !== undefined; held = this.#due.take(END)) this.#release(held);
    for (const { memory } of this.#peers) memory.free();
    this.#peers.length = 0;
    this.#pool.free();
  }

  /** Sends the replies that are due. @returns milliseconds until the next is due, or -1 when none is left. */
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
