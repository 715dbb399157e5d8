import type { Duplex } from 'node:stream';
import {
  type ClientProtocol,
  COMPLETE,
  MORE,
  NO_REQUEST,
  READY,
  RESPOND,
} from '../../../bench/load/protocols/protocol.ts';

/** A client on a stream, with one request in flight. */
export class StreamClient {
  readonly events: string[] = [];
  readonly #protocol: ClientProtocol;
  readonly #stream: Duplex;
  readonly #out: Buffer;
  readonly #requests: number;
  #sequence = NO_REQUEST;

  /** @param requests number of requests to send. */
  constructor(protocol: ClientProtocol, stream: Duplex, requests: number) {
    this.#protocol = protocol;
    this.#stream = stream;
    this.#requests = requests;
    this.#out = Buffer.alloc(protocol.longestRequest);
    protocol.reset(0);
    this.#write(protocol.greet(0, this.#out, 0));
    if (!protocol.greets) this.#send();
  }

  /** Exchanges bytes with the server at the other end of the stream until all requests are complete. */
  converse(): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.#stream.on('error', reject);
      this.#stream.on('close', () => reject(new Error(`closed after ${this.events}`)));
      this.#stream.on('data', (bytes: Buffer) => {
        try {
          this.#receive(bytes);
        } catch (error) {
          reject(error);
        }
        if (this.#sequence === this.#requests) resolve(this.events);
      });
    });
  }

  #receive(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      at = this.#protocol.consume(0, this.#sequence, bytes, at, bytes.length);
      const { event, faults, fault } = this.#protocol;
      if (event === MORE) return;
      this.events.push(`${event}`);
      if (event === COMPLETE || event === READY) this.#send();
      else if (event === RESPOND) this.#write(this.#protocol.respond?.(0, this.#out, 0) ?? 0);
      else throw new Error(`event ${event}: ${faults[fault]}`);
    }
  }

  #send(): void {
    if (++this.#sequence < this.#requests) this.#write(this.#protocol.encode(0, this.#sequence, this.#out, 0));
  }

  #write(length: number): void {
    this.#stream.write(Buffer.from(this.#out.subarray(0, length)));
  }
}
