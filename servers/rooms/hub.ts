import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { socketPair } from '../../sockets/descriptor-passing.ts';
import { type AppName, needsRoom } from '../apps/catalog.ts';
import { FrameCutter } from './frame.ts';

/** The descriptor under which a process of a room finds its link to the hub. */
export const HUB_FD = 4;

/** What a child process is started with, so that it has a link; see {@link Hub.join}. */
export const hubStdio = ['pipe'] as const;

/** What joins the processes of a server whose app needs a room; undefined for one that needs none. */
export function openHub({ app }: { readonly app: AppName }): Hub | undefined {
  return needsRoom(app) ? new Hub() : undefined;
}

/**
 * Joins the processes of a room, in the process that started them: each frame that one sends goes to all, itself
 * included, and so all hear everything in one order. When one does not take it all, none is read until it does: every
 * process reads its link whatever its clients do, so that this is soon over.
 */
export class Hub {
  readonly #links = new Set<Socket>();

  /** Joins a child process whose standard streams ended with {@link hubStdio}. */
  join(child: ChildProcess): void {
    // A Unix-domain socket, which is more than the type says of it.
    const link = child.stdio?.[HUB_FD] as Socket | null | undefined;
    // A process that could not be started has none, and for want of descriptors no streams at all.
    if (link != null) this.#add(link);
  }

  /**
   * Opens a link for a process that exists. @returns the descriptor of its end, for the caller to pass on and to close.
   * @throws {SystemError} EMFILE and the like.
   */
  open(): number {
    const [ours, theirs] = socketPair();
    this.#add(new Socket({ fd: ours, readable: true, writable: true }));
    return theirs;
  }

  #add(link: Socket): void {
    const cutter = new FrameCutter();
    this.#links.add(link);
    // A process that has said all ends its side, and Node then ours: what is said to it meanwhile fails, and is lost on it.
    link.on('error', () => undefined);
    link.on('data', (chunk: Buffer) => this.#repeat(cutter.cut(chunk)));
    link.on('drain', () => this.#goOn());
    link.once('close', () => {
      this.#links.delete(link);
      this.#goOn();
    });
  }

  #repeat(frames: Uint8Array): void {
    if (frames.length === 0) return;
    for (const link of this.#links) link.write(frames);
    if (this.#clogged) for (const link of this.#links) link.pause();
  }

  #goOn(): void {
    if (!this.#clogged) for (const link of this.#links) link.resume();
  }

  get #clogged(): boolean {
    for (const link of this.#links) if (link.writableNeedDrain) return true;
    return false;
  }
}
