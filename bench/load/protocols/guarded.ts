import { copyBytes } from './bytes.ts';
import { ContractError, threw } from './contract-error.ts';
import { eventNames, isReply } from './events.ts';
import {
  type ClientProtocol,
  CORRUPT,
  LAST,
  MORE,
  NO_REQUEST,
  type ProtocolEvent,
  type ProtocolNote,
  READY,
  REFUSED,
  REFUSED_LAST,
  RESPOND,
} from './protocol.ts';

/**
 * A protocol whose calls are checked: any that throws, or does not keep the contract of {@link ClientProtocol}, ends
 * with a {@link ContractError}, before the engine relies on its result. Requests are written to memory of their own,
 * so that none is longer than it may be. For plug-ins: the protocols of the project do not pay for it.
 */
export class GuardedProtocol implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest: boolean;
  readonly greets: boolean;
  readonly faults: readonly string[];
  readonly usualReply?: number;
  event: ProtocolEvent = MORE;
  status = 0;
  replyBytes = 0;
  fault = 0;
  readonly change?: NonNullable<ClientProtocol['change']>;
  readonly respond?: NonNullable<ClientProtocol['respond']>;
  readonly farewell?: NonNullable<ClientProtocol['farewell']>;
  readonly finish?: NonNullable<ClientProtocol['finish']>;
  readonly refusal?: NonNullable<ClientProtocol['refusal']>;
  readonly statusCounts?: NonNullable<ClientProtocol['statusCounts']>;
  readonly clearStatuses?: NonNullable<ClientProtocol['clearStatuses']>;
  readonly #protocol: ClientProtocol;
  readonly #name: string;
  /** Memory that the protocol writes to. It ends where the longest request does. */
  readonly #scratch: Buffer;
  /** 1 for each connection that may send requests. */
  readonly #ready: Uint8Array;
  /** A request that the protocol changes into the next one. */
  #changed: Buffer | undefined;

  /**
   * @param connections number of connections that the protocol was made for.
   * @param name what to call the protocol in errors.
   */
  constructor(protocol: ClientProtocol, connections: number, name: string) {
    this.#protocol = protocol;
    this.#name = name;
    this.longestRequest = protocol.longestRequest;
    this.sameRequest = protocol.sameRequest;
    this.greets = protocol.greets;
    this.faults = protocol.faults;
    this.#scratch = Buffer.alloc(protocol.longestRequest);
    this.#ready = new Uint8Array(connections).fill(protocol.greets ? 0 : 1);
    // Absent where the protocol has none: the engine asks for their presence.
    if (protocol.usualReply !== undefined) this.usualReply = protocol.usualReply;
    if (protocol.change !== undefined) this.change = (c, sequence, out, at) => this.#change(c, sequence, out, at);
    if (protocol.respond !== undefined) this.respond = (c, out, at) => this.#write('respond', c, 0, out, at);
    if (protocol.farewell !== undefined) this.farewell = (c, out, at) => this.#write('farewell', c, 0, out, at);
    if (protocol.finish !== undefined) this.finish = (c, sequence) => this.#finish(c, sequence);
    if (protocol.refusal !== undefined) this.refusal = (c) => this.#refusal(c);
    if (protocol.statusCounts !== undefined) this.statusCounts = () => this.#statusCounts();
    if (protocol.clearStatuses !== undefined) {
      this.clearStatuses = () => this.#called('clearStatuses', () => protocol.clearStatuses?.());
    }
  }

  get notes(): readonly ProtocolNote[] {
    const notes: unknown = this.#called('notes', () => this.#protocol.notes) ?? [];
    if (Array.isArray(notes) && notes.every(isNote)) return notes;
    throw this.#violation('notes is not a list of { code, message }, both texts');
  }

  reset(c: number): void {
    this.#called('reset', () => this.#protocol.reset(c));
    this.#ready[c] = this.greets ? 0 : 1;
  }

  greet(c: number, out: Uint8Array, at: number): number {
    return this.#write('greet', c, 0, out, at);
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    return this.#write('encode', c, sequence, out, at);
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    let next: number;
    try {
      next = this.#protocol.consume(c, sequence, bytes, at, end);
    } catch (error) {
      throw this.#threw('consume', error);
    }
    this.#readEvent('consume');
    this.#checkPosition(next, at, end);
    this.#checkEvent(c, sequence);
    if (this.event === READY) this.#ready[c] = 1;
    return next;
  }

  #finish(c: number, sequence: number): void {
    this.#called('finish', () => this.#protocol.finish?.(c, sequence));
    this.#readEvent('finish');
    const { event } = this;
    if (event !== MORE && event !== LAST && event !== REFUSED_LAST && event !== CORRUPT) {
      throw this.#violation(`finish reported ${eventNames[event]}, and not MORE, LAST, REFUSED_LAST or CORRUPT`);
    }
  }

  #refusal(c: number): string {
    const text: unknown = this.#called('refusal', () => this.#protocol.refusal?.(c));
    if (typeof text === 'string') return text;
    throw this.#violation(`refusal returned ${typeof text}, and not a string`);
  }

  #statusCounts(): Record<string, number> {
    const counts: unknown = this.#called('statusCounts', () => this.#protocol.statusCounts?.());
    const isCounted = typeof counts === 'object' && counts !== null && Object.values(counts).every(isCount);
    if (isCounted) return { ...counts };
    throw this.#violation('statusCounts returned something else than the number of replies of each status');
  }

  #change(c: number, sequence: number, out: Uint8Array, at: number): void {
    if (this.#changed === undefined) {
      // A request of any connection and number can be changed.
      this.#changed = Buffer.from(out.subarray(at, at + this.encode(c, sequence, out, at)));
      return;
    }
    try {
      this.#protocol.change?.(c, sequence, this.#changed, 0);
    } catch (error) {
      throw this.#threw('change', error);
    }
    copyBytes(this.#changed, this.#changed.length, out, at);
  }

  #write(
    call: 'greet' | 'encode' | 'respond' | 'farewell',
    c: number,
    sequence: number,
    out: Uint8Array,
    at: number,
  ): number {
    const protocol = this.#protocol;
    const scratch = this.#scratch;
    let length: number | undefined;
    try {
      if (call === 'encode') length = protocol.encode(c, sequence, scratch, 0);
      else if (call === 'greet') length = protocol.greet(c, scratch, 0);
      else if (call === 'respond') length = protocol.respond?.(c, scratch, 0);
      else length = protocol.farewell?.(c, scratch, 0);
    } catch (error) {
      throw this.#threw(call, error);
    }
    if (length === undefined || !(Number.isInteger(length) && length >= 0 && length <= scratch.length)) {
      throw this.#violation(`${call} wrote ${length} bytes; longestRequest is ${scratch.length}`);
    }
    return copyBytes(scratch, length, out, at);
  }

  /** Takes over what the protocol has reported. */
  #readEvent(call: string): void {
    const { event, status, replyBytes, fault } = this.#protocol;
    if (eventNames[event] === undefined) throw this.#violation(`${call} reported event ${event}, which does not exist`);
    this.event = event;
    if (event === MORE) return;
    this.status = status;
    this.replyBytes = replyBytes;
    this.fault = fault;
    if (isReply(event) && !Number.isSafeInteger(status)) {
      throw this.#violation(`${call} reported status ${status} with ${eventNames[event]}`);
    }
    if ((isReply(event) || event === CORRUPT) && !(Number.isSafeInteger(replyBytes) && replyBytes >= 0)) {
      throw this.#violation(`${call} reported ${replyBytes} bytes with ${eventNames[event]}`);
    }
    if (event === CORRUPT && !this.faults[fault]) throw this.#violation(`fault ${fault} of ${call} has no text`);
  }

  #checkPosition(next: number, at: number, end: number): void {
    const event = eventNames[this.event];
    if (!(Number.isInteger(next) && next >= at && next <= end)) {
      throw this.#violation(`consume stopped at ${next - at} of ${end - at} bytes (${event})`);
    }
    if (this.event === MORE && next < end) throw this.#violation(`consume left ${end - next} bytes with MORE`);
    if (this.event !== CORRUPT && next === at) throw this.#violation(`consume took no byte (${event})`);
  }

  /** Checks that an event is possible in the state of its connection. */
  #checkEvent(c: number, sequence: number): void {
    const { event } = this;
    const ready = this.#ready[c] === 1;
    if (event === READY && ready) throw this.#violation('consume reported READY without a greeting');
    const refusesGreeting = !ready && (event === REFUSED || event === REFUSED_LAST);
    if (isReply(event) && !refusesGreeting && (!ready || sequence === NO_REQUEST)) {
      throw this.#violation(`consume reported ${eventNames[event]}, a reply without a request`);
    }
    if (event === RESPOND && this.respond === undefined) {
      throw this.#violation('consume reported RESPOND, and there is no respond');
    }
  }

  /** Calls what is not on the hot path. */
  #called<T>(call: string, protocol: () => T): T {
    try {
      return protocol();
    } catch (error) {
      throw this.#threw(call, error);
    }
  }

  #threw(call: string, error: unknown): ContractError {
    return threw(`${this.#name}: ${call}`, error);
  }

  #violation(what: string): ContractError {
    return new ContractError(`${this.#name}: ${what}`);
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isNote(value: unknown): value is ProtocolNote {
  const { code, message } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof code === 'string' && typeof message === 'string';
}
