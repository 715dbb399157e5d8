import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { socketPair } from '../../sockets/descriptor-passing.ts';
import { FrameCutter } from './frame.ts';

/** Descriptor of a process's link to the hub. */
export const HUB_FD = 4;

/** Extra stdio entry that gives a child process its link; see {@link Hub.join}. */
export const hubStdio = ['pipe'] as const;

/**
 * Connects the processes of a room, in the process that started them. Each frame goes to all processes, including its
 * sender, so that all receive everything in the same order. When one link is full, reading from all links stops until
 * it drains. That is short, because every process reads its link independently of its clients.
 */
export class Hub {
  readonly #links = new Set<Socket>();

  /** Adds a child process whose stdio ended with {@link hubStdio}. */
  join(child: ChildProcess): void {
    // At this index it is a Unix-domain socket, which the type does not express.
    const link = child.stdio?.[HUB_FD] as Socket | null | undefined;
    // A process that could not be started has no link; when descriptors ran out, it has no streams at all.
    if (link != null) this.#add(link);
  }

  /**
   * Opens a link for a process that is already running.
   * @returns its descriptor, which the caller passes on and closes.
   * @throws {SystemError} such as EMFILE.
   */
  open(): number {
    const [ours, theirs] = socketPair();
    this.#add(new Socket({ fd: ours, readable: true, writable: true }));
    return theirs;
  }

  #add(link: Socket): void {
    const cutter = new FrameCutter();
    this.#links.add(link);
    // When a process ends its side, Node ends this one, too. Writes in the meantime fail and their data is lost.
    link.on('error', () => undefined);
    link.on('data', (chunk: Buffer) => this.#repeat(cutter.cut(chunk)));
    link.on('drain', () => this.#advance());
    link.once('close', () => {
      this.#links.delete(link);
      this.#advance();
    });
  }

  #repeat(frames: Uint8Array): void {
    if (frames.length === 0) return;
    for (const link of this.#links) link.write(frames);
    if (this.#isBlocked) for (const link of this.#links) link.pause();
  }

  #advance(): void {
    if (!this.#isBlocked) for (const link of this.#links) link.resume();
  }

  get #isBlocked(): boolean {
    for (const link of this.#links) if (link.writableNeedDrain) return true;
    return false;
  }
}
