import { type Random, streamOf } from '../../../servers/random/streams.ts';
import { DatagramBatch } from '../../../sockets/batch.ts';
import { checkDatagramSent, datagramRetry } from '../../../sockets/errors/retry.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLIN, Epoll } from '../../../sockets/polling/epoll.ts';
import { close, MSG_DONTWAIT, PeerAddress, sendto, setOption } from '../../../sockets/socket.ts';
import { connectionIn, HEADER_BYTES, sequenceIn } from '../../load/protocols/echo-content.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { ImpairingBoard } from './impairing-server.ts';
import { type Fate, fateOf, fateOfNumber, type Impairments, type Injected } from './impairments.ts';
import { waitUntil } from './punctual-wait.ts';

const SLOTS = 64;
const SLOT_BYTES = 2048;
/**
 * Longest time for which a datagram is held back. If its peer sent nothing meanwhile, it is sent without having been
 * overtaken, and is not counted as reordered.
 */
const LONGEST_HOLD_NANOS = 300e6;

/** A datagram that is held back. */
interface Held {
  readonly bytes: Uint8Array;
  readonly peer: PeerAddress;
  readonly untilNanos: number;
}

/** A UDP echo server that loses, duplicates, reorders and corrupts datagrams, and counts exactly what it did. */
export class ImpairedDatagrams {
  readonly #fd: number;
  readonly #impairments: Impairments;
  readonly #board: ImpairingBoard;
  readonly #epoll = new Epoll(1);
  readonly #batch = new DatagramBatch(SLOTS, SLOT_BYTES, { withPeers: true });
  readonly #outbox = new NativeMemory(SLOT_BYTES);
  readonly #random: Random;
  /** Number of the last datagram that `every` decided on. */
  #number = 0;
  /** By connection number, which every datagram contains. */
  readonly #held = new Map<number, Held>();
  readonly #injected = { lost: 0, duplicated: 0, reordered: 0, corrupted: 0 } satisfies Injected;

  /** @param fd a non-blocking bound socket; closed at the end of {@link run}. */
  constructor(fd: number, impairments: Impairments, board: ImpairingBoard) {
    this.#fd = fd;
    this.#impairments = impairments;
    this.#board = board;
    this.#random = streamOf('impairments', { seed: impairments.seed });
    setOption(fd, 'SO_RCVBUF', 4 << 20);
    this.#epoll.add(fd, EPOLLIN, 0);
  }

  /** Serves until the board requests a stop. */
  run(): void {
    while (!this.#board.stopped) {
      waitUntil(this.#epoll, Number.POSITIVE_INFINITY);
      const received = this.#batch.receive(this.#fd, MSG_DONTWAIT);
      if (received < 0) datagramRetry(received, 'recvmmsg');
      for (let i = 0; i < received; i++) this.#answer(i);
      this.#releaseOld();
      this.#board.injected = this.#injected;
    }
    for (const [connection, held] of this.#held) this.#release(connection, held);
    close(this.#fd);
    this.#epoll.close();
    this.#batch.free();
    this.#outbox.free();
  }

  #answer(i: number): void {
    const at = i * this.#batch.slotSize;
    const { data } = this.#batch;
    const length = this.#batch.receivedLength(i);
    const connection = connectionIn(data.int32, at);
    const held = this.#held.get(connection);
    // The first datagram of a peer opens the connection and passes unharmed; so does one that overtakes another.
    const harmless = length < HEADER_BYTES || sequenceIn(data.int32, at) === 0 || held !== undefined;
    const fate = harmless ? 'pass' : this.#nextFate();
    if (fate === 'lose') {
      this.#injected.lost++;
    } else if (fate === 'hold') {
      this.#hold(i, connection, data.bytes.slice(at, at + length));
    } else {
      if (fate === 'corrupt') this.#damage(at, length);
      this.#send(i, at, length);
      if (fate === 'duplicate') {
        this.#send(i, at, length);
        this.#injected.duplicated++;
      }
    }
    if (held === undefined) return;
    this.#injected.reordered++;
    this.#release(connection, held);
  }

  #nextFate(): Fate {
    const { every } = this.#impairments;
    return every === null ? fateOf(this.#random, this.#impairments) : fateOfNumber(++this.#number, every);
  }

  #send(i: number, at: number, length: number): void {
    checkDatagramSent(this.#batch.sendTo(i, this.#fd, MSG_DONTWAIT, this.#batch.data, at, length), 'sendto');
  }

  /** Flips one bit outside the header, so that the request whose reply is corrupted can be identified. */
  #damage(at: number, length: number): void {
    const place = HEADER_BYTES + Math.floor(this.#random() * (length - HEADER_BYTES));
    const byte = at + (length > HEADER_BYTES ? place : 0);
    this.#batch.data.bytes[byte] = (this.#batch.data.bytes[byte] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
    this.#injected.corrupted++;
  }

  #hold(i: number, connection: number, bytes: Uint8Array): void {
    const peer = new PeerAddress();
    peer.value = this.#batch.peerAt(i);
    this.#held.set(connection, { bytes, peer, untilNanos: nowNanos() + LONGEST_HOLD_NANOS });
  }

  #release(connection: number, { bytes, peer }: Held): void {
    this.#outbox.bytes.set(bytes);
    sendto(this.#fd, this.#outbox, 0, bytes.length, MSG_DONTWAIT, peer);
    peer.memory.free();
    this.#held.delete(connection);
  }

  #releaseOld(): void {
    if (this.#held.size === 0) return;
    const now = nowNanos();
    for (const [connection, held] of this.#held) {
      if (held.untilNanos <= now) this.#release(connection, held);
    }
  }
}
