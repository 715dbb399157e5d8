import { equalBytes } from './bytes.ts';
import { type ClientProtocol, COMPLETE, CORRUPT, MORE, type ProtocolEvent, READY, RESPOND } from './protocol.ts';
import type { ProtocolScope } from './scope.ts';
import { checkScript, type Script, type ScriptExchange } from './script/exchange.ts';
import { codes, texts } from './script/faults.ts';
import { ReplyLength } from './script/reply-length.ts';
import { TextWriter } from './script/text-writer.ts';

/** Sequence numbers are below 2^31, and then wrap around. */
const SEQUENCES = 0x7fff_ffff;

/** A prepared exchange. */
interface Step {
  readonly send: TextWriter;
  readonly expect: TextWriter | undefined;
  readonly length: ReplyLength;
}

/** A protocol that a user describes: the bytes to send, the expected reply, and its end. */
export class ScriptProtocol implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest: boolean;
  readonly greets: boolean;
  readonly faults = texts;
  event: ProtocolEvent = MORE;
  readonly status = 0;
  replyBytes = 0;
  fault = 0;
  readonly #login: readonly Step[];
  readonly #repeat: readonly Step[];
  /** Number of completed login exchanges, for each connection. */
  readonly #done: Uint16Array;
  /** Sequence number of the first request on each connection, which is the first exchange. Below 0: none was sent. */
  readonly #first: Int32Array;
  /** Number of received bytes of the current reply, for each connection. */
  readonly #received: Float64Array;
  /** {@link ReplyLength.progress}, for each connection. */
  readonly #progress: Float64Array;
  /** Memory for an expected reply that differs from request to request. */
  readonly #scratch: Buffer;
  /** Length of the expected reply; Infinity when any is allowed. */
  #expectedLength = Number.POSITIVE_INFINITY;

  /** @throws {TextFault} when the script is incomplete. */
  constructor(script: Script, scope: ProtocolScope) {
    checkScript(script);
    const prepared = (exchange: ScriptExchange): Step => ({
      send: new TextWriter(exchange.send, scope),
      expect: exchange.expect && new TextWriter(exchange.expect, scope),
      length: new ReplyLength(exchange.end),
    });
    this.#login = script.login.map(prepared);
    this.#repeat = script.repeat.map(prepared);
    const steps = [...this.#login, ...this.#repeat];
    this.longestRequest = Math.max(...steps.map(({ send }) => send.longest));
    this.#scratch = Buffer.alloc(Math.max(...steps.map(({ expect }) => expect?.longest ?? 0)));
    this.sameRequest = this.#repeat.length === 1 && this.#repeat.every(({ send }) => send.constant !== undefined);
    this.greets = this.#login.length > 0;
    this.#done = new Uint16Array(scope.connections);
    this.#first = new Int32Array(scope.connections).fill(-1);
    this.#received = new Float64Array(scope.connections);
    this.#progress = new Float64Array(scope.connections);
  }

  reset(c: number): void {
    this.#done[c] = 0;
    this.#first[c] = -1;
    this.#received[c] = 0;
    this.#progress[c] = 0;
  }

  greet(c: number, out: Uint8Array, at: number): number {
    return this.#login[0]?.send.write(c, 0, out, at) ?? 0;
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    if ((this.#first[c] as number) < 0) this.#first[c] = sequence;
    return this.#repeated(c, sequence).send.write(c, sequence, out, at);
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    const loggingIn = this.#login[this.#done[c] as number];
    if (loggingIn === undefined && sequence < 0) return this.#corrupt(codes.unsolicited, 0, at);
    const step = loggingIn ?? this.#repeated(c, sequence);
    const expected = this.#expected(step.expect, c, loggingIn === undefined ? sequence : 0);
    const received = this.#received[c] as number;
    const { length } = step;
    length.progress = this.#progress[c] as number;
    const taken = length.scan(bytes, at, end, received, this.#expectedLength);
    if (expected !== undefined) {
      const comparable = Math.min(taken, this.#expectedLength - received);
      const equal = equalBytes(bytes, at, expected, received, comparable);
      if (equal < comparable) return this.#corrupt(codes.otherReply, received + equal, at + equal);
      if (equal < taken) return this.#corrupt(codes.longReply, received + equal, at + equal);
      const isShort = length.ended && received + taken < this.#expectedLength;
      if (isShort) return this.#corrupt(codes.shortReply, received + taken, at + taken);
    }
    this.replyBytes = received + taken;
    this.#received[c] = length.ended ? 0 : received + taken;
    this.#progress[c] = length.ended ? 0 : length.progress;
    if (!length.ended) this.event = MORE;
    else this.event = loggingIn === undefined ? COMPLETE : this.#advance(c);
    return at + taken;
  }

  respond(c: number, out: Uint8Array, at: number): number {
    return this.#login[this.#done[c] as number]?.send.write(c, 0, out, at) ?? 0;
  }

  finish(c: number): void {
    const received = this.#received[c] as number;
    if (received > 0) this.#corrupt(codes.endedEarly, received, 0);
    else this.event = MORE;
  }

  /** Returns the expected reply, and its length in {@link #expectedLength}. */
  #expected(writer: TextWriter | undefined, c: number, sequence: number): Buffer | undefined {
    const constant = writer?.constant;
    this.#expectedLength = constant?.length ?? Number.POSITIVE_INFINITY;
    if (writer === undefined || constant !== undefined) return constant;
    this.#expectedLength = writer.write(c, sequence, this.#scratch, 0);
    return this.#scratch;
  }

  #repeated(c: number, sequence: number): Step {
    const place = (sequence - (this.#first[c] as number)) & SEQUENCES;
    return this.#repeat[place % this.#repeat.length] as Step;
  }

  #advance(c: number): ProtocolEvent {
    const done = (this.#done[c] as number) + 1;
    this.#done[c] = done;
    return done === this.#login.length ? READY : RESPOND;
  }

  #corrupt(fault: number, replyBytes: number, position: number): number {
    this.event = CORRUPT;
    this.fault = fault;
    this.replyBytes = replyBytes;
    return position;
  }
}
