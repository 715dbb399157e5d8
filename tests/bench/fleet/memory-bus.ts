import type { Bus, BusMessage, BusStatus } from '../../../bench/fleet/bus/bus.ts';

/** A bus within this process. Messages arrive at once. */
export class MemoryBus implements Bus {
  readonly #receivers: { readonly subject: string; readonly receive: (message: BusMessage) => void }[] = [];
  readonly #listeners: ((status: BusStatus) => void)[] = [];
  #inboxes = 0;

  /** How many subscriptions there are. */
  get subscriptions(): number {
    return this.#receivers.length;
  }

  publish(subject: string, data: Uint8Array, reply?: string): void {
    for (const receiver of [...this.#receivers]) if (receiver.subject === subject) receiver.receive({ data, reply });
  }

  subscribe(subject: string, receive: (message: BusMessage) => void): () => void {
    const receiver = { subject, receive };
    this.#receivers.push(receiver);
    return () => {
      const at = this.#receivers.indexOf(receiver);
      if (at >= 0) this.#receivers.splice(at, 1);
    };
  }

  newInbox(): string {
    return `_INBOX.${this.#inboxes++}`;
  }

  onStatus(listener: (status: BusStatus) => void): void {
    this.#listeners.push(listener);
  }

  /** Changes the connection. */
  report(status: BusStatus): void {
    for (const listener of this.#listeners) listener(status);
  }

  async close(): Promise<void> {}
}
