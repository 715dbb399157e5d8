import { once } from 'node:events';
import { get, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Message } from '../../scripts/live/page/message.ts';

/** A reply of a server. */
export interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Requests a URL, with options of node:http. */
export async function fetched(url: string, options: RequestOptions = {}): Promise<Reply> {
  const [response] = (await once(request(url, options).end(), 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** A stream of server-sent events of a live page, as a browser reads it. */
export class EventSource {
  /** Arrays of messages, as they came. */
  readonly received: Message[][] = [];
  /** Id that the server has given. */
  id = '';
  readonly #response: IncomingMessage;
  readonly #closed: Promise<unknown>;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.#closed = new Promise((resolve) => response.once('close', resolve));
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const events = `${rest}${chunk}`.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        this.id = /^id: (.*)$/m.exec(event)?.[1] ?? this.id;
        this.received.push(JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '[]') as Message[]);
      }
    });
    // A server that ends resets it.
    response.on('error', () => undefined);
  }

  static async open(url: string): Promise<EventSource> {
    const [response] = (await once(get(`${url}events`), 'response')) as [IncomingMessage];
    return new EventSource(response);
  }

  get messages(): Message[] {
    return this.received.flat();
  }

  /** Resolves when a message of a kind has come. @throws {Error} when the stream ends first. */
  async until(kind: Message['kind']): Promise<void> {
    while (!this.messages.some((message) => message.kind === kind)) {
      if (this.#response.closed) throw new Error(`the stream ended without ${kind}`);
      await Promise.race([once(this.#response, 'data'), this.#closed]);
    }
  }

  close(): void {
    this.#response.destroy();
  }
}
