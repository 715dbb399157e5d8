import { NativeMemory } from '../sockets/memory.ts';
import { checkDatagramSent } from '../sockets/retry.ts';
import { MSG_DONTWAIT, PeerAddress, sendto } from '../sockets/socket.ts';
import { DueTimes } from './due-times.ts';

/** Replies that may be held at a time; further ones are dropped, as a full socket buffer drops them. */
const LIMIT = 1024;
/** Bytes of memory for a reply, when it needs no more: two of Ethernet's packets. */
const USUAL_SIZE = 3072;

interface HeldDatagram {
  readonly peer: PeerAddress;
  memory: NativeMemory;
  length: number;
}

/** Knows who sent a datagram: a batch, by its slots. */
export interface PeerSource {
  copyPeer(slot: number, peer: PeerAddress): void;
}

/** Replies of a non-blocking UDP socket that are to be sent at some later time. */
export class HeldDatagrams {
  readonly #fd: number;
  readonly #due = new DueTimes<HeldDatagram>();
  /** Not in use at the moment: nothing is allocated for a reply as long as there are some. */
  readonly #free: HeldDatagram[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Keeps a copy of a reply to whoever sent the datagram in a slot, until `due` by performance.now(). */
  hold(bytes: Uint8Array, peers: PeerSource, slot: number, due: number): void {
    if (this.#due.size >= LIMIT) return;
    const held = this.#free.pop() ?? { peer: new PeerAddress(), memory: new NativeMemory(USUAL_SIZE), length: 0 };
    if (held.memory.size < bytes.length) {
      held.memory.free();
      held.memory = new NativeMemory(bytes.length);
    }
    held.memory.bytes.set(bytes);
    held.length = bytes.length;
    peers.copyPeer(slot, held.peer);
    this.#due.add(due, held);
  }

  /** Gives the memory back; what is held is lost. */
  free(): void {
    for (
      let held = this.#due.take(Number.POSITIVE_INFINITY);
      held !== undefined;
      held = this.#due.take(Number.POSITIVE_INFINITY)
    )
      this.#free.push(held);
    for (const { memory, peer } of this.#free) {
      memory.free();
      peer.memory.free();
    }
    this.#free.length = 0;
  }

  /** Sends what is due. @returns milliseconds until the next is, or -1 when none is left. */
  sendDue(): number {
    const now = performance.now();
    for (let held = this.#due.take(now); held !== undefined; held = this.#due.take(now)) {
      checkDatagramSent(sendto(this.#fd, held.memory, 0, held.length, MSG_DONTWAIT, held.peer), 'sendto');
      this.#free.push(held);
    }
    return this.#due.size === 0 ? -1 : this.#due.earliest - now;
  }
}
