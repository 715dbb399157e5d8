import { streamOf } from '../../../servers/random/streams.ts';
import type { MessageSizes } from '../../model/message-sizes.ts';
import { copyBytes } from './bytes.ts';
import { exampleOf } from './example.ts';
import { MessageSize } from './message-size.ts';
import { type ClientProtocol, COMPLETE, CORRUPT, MORE, type ProtocolEvent, READY, REFUSED } from './protocol.ts';
import type { RedisCommand } from './redis/command.ts';
import { CommandEncoder } from './redis/command-encoder.ts';
import { codes, texts } from './redis/faults.ts';
import { type KeySpace, Keys } from './redis/keys.ts';
import { ReplyParser } from './redis/reply-parser.ts';
import type { ProtocolScope } from './scope.ts';
import { WeightedChoice } from './weighted-choice.ts';

/** Requests to a Redis server, and the settings of its connections. Plain data. */
export interface RedisExchange {
  readonly commands: readonly RedisCommand[];
  readonly keys: KeySpace;
  /** Sizes of `{value}`. */
  readonly sizes: MessageSizes;
  /** Version of the protocol. 3 is announced with HELLO. */
  readonly resp: 2 | 3;
  readonly user?: string;
  readonly password?: string;
  /** Number of the database to select. */
  readonly database?: number;
}

/** The client's side of Redis' protocol, RESP2 or RESP3. An error reply is a refusal; values are not compared. */
export class RedisProtocol implements ClientProtocol {
  readonly longestRequest: number;
  readonly sameRequest: boolean;
  readonly greets: boolean;
  readonly faults = texts;
  event: ProtocolEvent = MORE;
  readonly status = 0;
  replyBytes = 0;
  fault = 0;
  readonly #greeting: Buffer;
  readonly #greetings: number;
  /** Number of outstanding replies to the greeting, for each connection. */
  readonly #awaited: Uint8Array;
  readonly #commands: readonly CommandEncoder[];
  readonly #choice: WeightedChoice;
  readonly #size: MessageSize;
  readonly #firstConnection: number;
  readonly #parser: ReplyParser;

  /** @throws {RangeError} when the keys are out of range, or there is no command. */
  constructor(exchange: RedisExchange, scope: ProtocolScope) {
    const { commands, sizes, resp } = exchange;
    const greetings = greetingOf(exchange);
    this.#greeting = Buffer.concat(greetings);
    this.#greetings = greetings.length;
    this.greets = greetings.length > 0;
    this.#awaited = new Uint8Array(scope.connections);
    this.#size = new MessageSize(sizes, scope.streamKey);
    const random = streamOf('payload', scope.streamKey);
    const letters = Buffer.from(Uint8Array.from({ length: this.#size.largest }, () => 97 + Math.floor(random() * 26)));
    const values = { keys: new Keys(exchange.keys, scope), letters };
    this.#commands = commands.map((command) => new CommandEncoder(command, values));
    const shares = commands.map(({ share }) => share);
    this.#choice = new WeightedChoice(shares, scope);
    this.#firstConnection = scope.firstConnection;
    this.#parser = new ReplyParser(scope.connections, resp === 3);
    this.longestRequest = Math.max(this.#greeting.length, ...this.#commands.map(({ longest }) => longest));
    this.sameRequest = commands.length === 1 && this.#commands.every(({ constant }) => constant);
  }

  reset(c: number): void {
    this.#parser.reset(c);
    this.#awaited[c] = 0;
  }

  greet(c: number, out: Uint8Array, at: number): number {
    this.#awaited[c] = this.#greetings;
    return copyBytes(this.#greeting, this.#greeting.length, out, at);
  }

  encode(c: number, sequence: number, out: Uint8Array, at: number): number {
    const command = this.#commands[this.#choice.of(c, sequence)] as CommandEncoder;
    const size = this.#size.of(this.#firstConnection + c, sequence);
    return command.write(c, sequence, size, out, at);
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    const parser = this.#parser;
    const awaited = this.#awaited[c] as number;
    const next = parser.read(c, awaited > 0 || sequence >= 0, bytes, at, end);
    this.replyBytes = parser.bytes;
    if (parser.fault !== 0) {
      this.event = CORRUPT;
      this.fault = parser.fault;
    } else if (!parser.done) {
      this.event = MORE;
    } else if (parser.refused) {
      this.event = REFUSED;
    } else if (awaited <= 1) {
      this.event = awaited === 1 ? READY : COMPLETE;
      this.#awaited[c] = 0;
    } else {
      this.#awaited[c] = awaited - 1;
      if (next < end) return this.consume(c, sequence, bytes, next, end);
      this.event = MORE;
    }
    return next;
  }

  finish(c: number): void {
    this.replyBytes = this.#parser.received(c);
    this.event = this.replyBytes > 0 ? CORRUPT : MORE;
    this.fault = codes.endedEarly;
  }

  refusal(c: number): string {
    const text = this.#parser.texts.of(c);
    return exampleOf(text, 0, text.length, 0);
  }
}

/** Returns the commands of the greeting. HELLO comes first: it contains the password. */
function greetingOf({ resp, user = 'default', password, database = 0 }: RedisExchange): Buffer[] {
  const commands: string[][] = [];
  const credentials = password === undefined ? [] : ['AUTH', user, password];
  if (resp === 3) commands.push(['HELLO', '3', ...credentials]);
  // Servers before Redis 6 do not support users.
  else if (password !== undefined) commands.push(user === 'default' ? ['AUTH', password] : credentials);
  if (database !== 0) commands.push(['SELECT', String(database)]);
  return commands.map(encoded);
}

function encoded(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}
