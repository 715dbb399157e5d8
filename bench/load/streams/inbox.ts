import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { recv } from '../../../sockets/socket.ts';
import { TimestampedReceiver } from '../../../sockets/timestamps.ts';
import type { KernelClock } from '../../measure/kernel-clock.ts';

/** Reads what streams deliver into a thread's buffer, together with the kernel's receive timestamp. */
export class Inbox {
  readonly memory: NativeMemory;
  /** When the last bytes read had arrived, in monotonic nanoseconds; 0 when not known. */
  arrivedNanos = 0;
  readonly #clock: KernelClock | undefined;
  readonly #receiver: TimestampedReceiver | undefined;

  /** @param clock converts timestamps of sockets with SO_TIMESTAMPNS; undefined for sockets without. */
  constructor(size: number, clock: KernelClock | undefined) {
    this.memory = new NativeMemory(size);
    this.#clock = clock;
    this.#receiver = clock && new TimestampedReceiver(this.memory);
  }

  /** Reads what a socket has, as much as fits. @returns bytes, 0 at the end of the stream, or a negated errno. */
  read(fd: number): number {
    const receiver = this.#receiver;
    if (receiver === undefined || this.#clock === undefined) return recv(fd, this.memory, 0, this.memory.size);
    const length = receiver.receive(fd);
    this.arrivedNanos = receiver.seconds === 0 ? 0 : this.#clock.monotonic(receiver.seconds, receiver.nanos);
    return length;
  }

  free(): void {
    this.#receiver?.free();
    this.memory.free();
  }
}
