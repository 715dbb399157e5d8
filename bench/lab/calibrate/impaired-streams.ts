import { acceptRetry, streamRetry } from '../../../sockets/errors/retry.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { EPOLLIN, EPOLLRDHUP, Epoll } from '../../../sockets/polling/epoll.ts';
import { accept, close, send, setOption } from '../../../sockets/socket.ts';
import { Inbox } from '../../load/streams/inbox.ts';
import { nowNanos } from '../../measure/clock.ts';
import { KernelClock } from '../../measure/kernel-clock.ts';
import { DelayLine } from './delay-line.ts';
import type { ImpairingBoard } from './impairing-server.ts';
import { type Impairments, releaseTime } from './impairments.ts';
import { waitUntil } from './punctual-wait.ts';

interface Reply {
  readonly fd: number;
  readonly bytes: Uint8Array;
}

/** A TCP echo server whose replies are late by a known time, counted from when the kernel received the request. */
export class ImpairedStreams {
  readonly #listener: number;
  readonly #impairments: Impairments;
  readonly #board: ImpairingBoard;
  readonly #epoll = new Epoll();
  readonly #clock = new KernelClock();
  readonly #inbox = new Inbox(65_536, this.#clock);
  readonly #outbox = new NativeMemory(65_536);
  readonly #replies = new DelayLine<Reply>();
  readonly #open = new Set<number>();
  readonly #begin = nowNanos();

  /** @param listener a non-blocking listening socket; closed at the end of {@link run}. */
  constructor(listener: number, impairments: Impairments, board: ImpairingBoard) {
    this.#listener = listener;
    this.#impairments = impairments;
    this.#board = board;
    this.#epoll.add(listener, EPOLLIN, listener);
  }

  /** Serves until the board requests a stop. */
  run(): void {
    while (!this.#board.stopped) {
      const ready = waitUntil(this.#epoll, this.#replies.nextDue);
      for (let i = 0; i < ready; i++) {
        const fd = this.#epoll.dataAt(i);
        if (fd === this.#listener) this.#accept();
        else if (this.#open.has(fd)) this.#read(fd);
      }
      for (const { fd, bytes } of this.#replies.due(nowNanos())) {
        this.#outbox.bytes.set(bytes);
        // Requests of a calibration are small, so the send buffer always has room for their replies.
        if (this.#open.has(fd)) send(fd, this.#outbox, 0, bytes.length);
      }
    }
    for (const fd of this.#open) close(fd);
    close(this.#listener);
    this.#epoll.close();
    this.#inbox.free();
    this.#outbox.free();
  }

  #accept(): void {
    for (;;) {
      const fd = accept(this.#listener, false);
      if (fd < 0) {
        acceptRetry(fd);
        return;
      }
      setOption(fd, 'TCP_NODELAY', 1);
      setOption(fd, 'SO_TIMESTAMPNS', 1);
      this.#open.add(fd);
      this.#epoll.add(fd, EPOLLIN | EPOLLRDHUP, fd);
    }
  }

  #read(fd: number): void {
    const length = this.#inbox.read(fd);
    if (length < 0 && streamRetry(length, 'recvmsg') !== 'never') return;
    if (length <= 0) {
      this.#open.delete(fd);
      close(fd);
      return;
    }
    const arrived = this.#inbox.arrivedNanos || nowNanos();
    const due = arrived + this.#impairments.delayMicros * 1e3;
    const released = releaseTime(due, this.#begin, this.#impairments.stall);
    this.#replies.put(released, { fd, bytes: this.#inbox.memory.bytes.slice(0, length) });
  }
}
