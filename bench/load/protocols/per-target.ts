import { type ClientProtocol, MORE, type ProtocolEvent, type ProtocolNote } from './protocol.ts';
import type { ProtocolScope } from './scope.ts';

/**
 * One protocol with requests of its own for each of several targets, such as with their Host. All are of one kind. The
 * target of a connection is asked for when that is opened.
 */
export class PerTargetProtocol implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest = false;
  /** Whether the connection that was reset last has a greeting: a login may be needed by some targets only. */
  greets: boolean;
  readonly faults: readonly string[];
  readonly respond?: NonNullable<ClientProtocol['respond']>;
  readonly farewell?: NonNullable<ClientProtocol['farewell']>;
  readonly finish?: NonNullable<ClientProtocol['finish']>;
  readonly refusal?: NonNullable<ClientProtocol['refusal']>;
  readonly statusCounts?: NonNullable<ClientProtocol['statusCounts']>;
  event: ProtocolEvent = MORE;
  status = 0;
  replyBytes = 0;
  fault = 0;
  readonly #protocols: readonly ClientProtocol[];
  readonly #targetOf: NonNullable<ProtocolScope['targetOf']>;
  /** The protocol of each connection. */
  readonly #used: ClientProtocol[];

  /** @param protocols of one kind, by target. */
  constructor(protocols: readonly ClientProtocol[], { connections, targetOf = () => 0 }: ProtocolScope) {
    const [first] = protocols;
    if (first === undefined) throw new TypeError('there is no target');
    this.#protocols = protocols;
    this.#targetOf = targetOf;
    this.#used = new Array<ClientProtocol>(connections).fill(first);
    this.longestRequest = Math.max(...protocols.map(({ longestRequest }) => longestRequest));
    this.greets = first.greets;
    this.faults = first.faults;
    if (first.respond !== undefined) this.respond = (c, out, at) => this.#of(c).respond?.(c, out, at) ?? 0;
    if (first.farewell !== undefined) this.farewell = (c, out, at) => this.#of(c).farewell?.(c, out, at) ?? 0;
    if (first.refusal !== undefined) this.refusal = (c) => this.#of(c).refusal?.(c) ?? '';
    if (first.statusCounts !== undefined) this.statusCounts = () => this.#statusCounts();
    if (first.finish === undefined) return;
    this.finish = (c, sequence) => {
      const protocol = this.#of(c);
      protocol.finish?.(c, sequence);
      this.#read(protocol);
    };
  }

  get notes(): readonly ProtocolNote[] {
    return this.#protocols.flatMap(({ notes = [] }) => notes);
  }

  reset(c: number): void {
    const protocol = this.#protocols[this.#targetOf(c)] as ClientProtocol;
    this.#used[c] = protocol;
    this.greets = protocol.greets;
    protocol.reset(c);
  }

  greet(c: number, out: Uint8Array, at: number): number {
    return this.#of(c).greet(c, out, at);
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    return this.#of(c).encode(c, sequence, out, at);
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    const protocol = this.#of(c);
    const next = protocol.consume(c, sequence, bytes, at, end);
    this.#read(protocol);
    return next;
  }

  clearStatuses(): void {
    for (const protocol of this.#protocols) protocol.clearStatuses?.();
  }

  #of(c: number): ClientProtocol {
    return this.#used[c] as ClientProtocol;
  }

  /** Takes over what a protocol has reported. */
  #read(protocol: ClientProtocol): void {
    this.event = protocol.event;
    this.status = protocol.status;
    this.replyBytes = protocol.replyBytes;
    this.fault = protocol.fault;
  }

  #statusCounts(): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const counts of this.#protocols.map((protocol) => protocol.statusCounts?.() ?? {})) {
      for (const [status, count] of Object.entries(counts)) sum[status] = (sum[status] ?? 0) + count;
    }
    return sum;
  }
}
