import { onTestFinished } from 'vitest';
import type { CompletionConnection } from '../../servers/completion/connection.ts';
import type { StreamRing } from '../../servers/completion/stream-ring.ts';
import { MemoryPool } from '../../servers/sending/memory-pool.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';

/** Capacity for sends and for received bytes in a turn. */
export const OUTBOX = 8;
export const INBOX = 64;

/** A loop that only records the requested operations. */
export class RecordingRing implements StreamRing<CompletionConnection> {
  turn = 0;
  readonly received = this.#memory(2 * INBOX);
  readonly outbox = this.#memory(2 * OUTBOX);
  readonly pool = new MemoryPool();
  readonly #asked: (() => string)[] = [];
  #placed = 0;
  #toRevisit: CompletionConnection[] = [];

  nextTurn(): void {
    this.turn++;
    this.#placed = 0;
  }

  /** Ends a turn: calls `revisited`, then overwrites the memory from which the previous turn sent. */
  endTurn(): void {
    for (const connection of this.#toRevisit.splice(0)) connection.revisited();
    const before = (this.turn & 1) ^ 1;
    this.received.bytes.fill(0x78, before * INBOX, (before + 1) * INBOX);
    this.outbox.bytes.fill(0x78, before * OUTBOX, (before + 1) * OUTBOX);
  }

  /** Returns the operations requested in this turn, with their bytes as they are after its end. */
  get asked(): string[] {
    return this.#asked.splice(0).map((describe) => describe());
  }

  place(bytes: Uint8Array, start: number, end: number): number {
    if (this.#placed + end - start > OUTBOX) return -1;
    const at = (this.turn & 1) * OUTBOX + this.#placed;
    this.outbox.bytes.set(bytes.subarray(start, end), at);
    this.#placed += end - start;
    return at;
  }

  constant(bytes: Uint8Array): NativeMemory {
    const memory = this.#memory(bytes.length);
    memory.bytes.set(bytes);
    return memory;
  }

  receive(): void {
    this.#asked.push(() => 'receive');
  }
  stopReceiving(): void {
    this.#asked.push(() => 'stop');
  }
  sendNow(_fd: number, memory: NativeMemory, start: number, end: number): void {
    this.#asked.push(() => `now ${this.#text(memory, start, end)}`);
  }
  send(_fd: number, memory: NativeMemory, start: number, end: number): void {
    this.#asked.push(() => `send ${this.#text(memory, start, end)}`);
  }
  revisit(connection: CompletionConnection): void {
    this.#toRevisit.push(connection);
  }
  sendToOthers(_connection: CompletionConnection, bytes: Uint8Array, start: number, end: number): void {
    const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
    this.#asked.push(() => `to others ${text}`);
  }
  wait(connection: CompletionConnection): void {
    this.#asked.push(() => `wait ${connection.waitNanos}`);
  }
  finish(): void {
    this.#asked.push(() => 'FIN');
  }
  abort(): void {
    this.#asked.push(() => 'abort');
  }
  over(connection: CompletionConnection): void {
    this.#asked.push(() => 'over');
    this.#toRevisit = this.#toRevisit.filter((other) => other !== connection);
  }

  #text(memory: NativeMemory, start: number, end: number): string {
    return Buffer.from(memory.bytes.subarray(start, end)).toString();
  }

  #memory(size: number): NativeMemory {
    const memory = new NativeMemory(size);
    onTestFinished(() => memory.free());
    return memory;
  }
}
