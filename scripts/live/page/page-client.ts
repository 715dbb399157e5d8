import type { ServerResponse } from 'node:http';
import type { Message } from './message.ts';

/**
 * A browser that shows the page, and its stream of server-sent events: HTML Living Standard, 9.2. A browser that does
 * not read gets no more messages than its buffer holds; once it reads again, it gets a snapshot.
 */
export class PageClient {
  readonly #id: string;
  readonly #response: ServerResponse;
  readonly #snapshot: () => readonly Message[];
  #isFull = false;
  #hasMissed = false;

  /** @param snapshot returns everything that the page shows. */
  constructor(id: string, response: ServerResponse, snapshot: () => readonly Message[]) {
    this.#id = id;
    this.#response = response;
    this.#snapshot = snapshot;
    // It may end at any time.
    response.on('error', () => undefined);
    response.on('drain', () => {
      this.#isFull = false;
      if (this.#hasMissed) this.sendSnapshot();
    });
  }

  send(messages: readonly Message[]): void {
    if (this.#isFull) this.#hasMissed = true;
    else this.#write(`data: ${JSON.stringify(messages)}\n\n`);
  }

  sendSnapshot(): void {
    this.#hasMissed = false;
    this.#write(`event: snapshot\nid: ${this.#id}\ndata: ${JSON.stringify(this.#snapshot())}\n\n`);
  }

  #write(text: string): void {
    this.#isFull = !this.#response.write(text);
  }
}
