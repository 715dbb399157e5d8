import { StringDecoder } from 'node:string_decoder';
import type { App, Operator, StreamReply, StreamSession } from './app.ts';

/** Characters that a client may have said before the operator got to them: its memory is bounded. */
const UNREAD_LIMIT = 65_536;
/** Clients that may wait for the operator. */
const QUEUE_LIMIT = 64;

/** One client: its lines that the operator hasn't seen, and the way back. */
class Client implements StreamSession {
  readonly number: number;
  readonly #desk: ChatOperator;
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines: string[] = [];
  #partial = '';
  /** Characters in `#lines`, with their newlines. */
  #unread = 0;
  #finished = false;
  #reply: StreamReply | undefined;

  constructor(desk: ChatOperator, number: number) {
    this.#desk = desk;
    this.number = number;
  }

  get owing(): boolean {
    return this.#lines.length > 0 || this.#desk.isAnswering(this);
  }

  open(reply: StreamReply): void {
    this.#reply = reply;
    this.#desk.arrive(this);
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    const text = this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start));
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#keep(line.replace(/\r$/, ''));
    if (this.#unread + this.#partial.length > UNREAD_LIMIT) {
      this.dismiss('You said more than the operator can read.');
      this.#desk.leave(this);
    } else {
      this.#desk.takeTurn();
    }
  }

  finish(): void {
    this.#finished = true;
    const rest = this.#partial + this.#decoder.end();
    if (rest !== '') this.#keep(rest);
    this.#desk.takeTurn();
    if (!this.owing) this.#desk.leave(this);
  }

  close(): void {
    this.#desk.leave(this);
  }

  /** The oldest line that the operator hasn't seen. */
  takeLine(): string | undefined {
    const line = this.#lines.shift();
    if (line !== undefined) this.#unread -= line.length + 1;
    return line;
  }

  /** Says a line. */
  say(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    this.#reply?.send(bytes, 0, bytes.length);
  }

  /** Says what the operator answered; after the last answer to a client that has finished, ends the conversation. */
  answer(line: string): void {
    this.say(line);
    if (!this.#finished || this.owing) return;
    this.#reply?.end();
    this.#desk.leave(this);
  }

  /** Says a last line. */
  dismiss(line: string): void {
    this.#lines.length = 0;
    this.say(line);
    this.#reply?.end();
  }

  #keep(line: string): void {
    this.#lines.push(line);
    this.#unread += line.length + 1;
  }
}

/**
 * A chat of one client with the operator at the server's terminal, turn by turn: a line of the client is shown there,
 * the operator's next line goes back, then comes the client's next line. Other clients are told that the operator is
 * busy, and wait; who comes when too many wait is told so and closed, as are all when the operator leaves.
 * Without a connection there are no turns: TCP only.
 */
export class ChatOperator implements App {
  #operator: Operator | undefined;
  /** In the order in which they came; the first is being served. */
  readonly #clients: Client[] = [];
  #count = 0;
  /** Whose line the operator is answering. */
  #answering: Client | undefined;
  /** Has the operator been asked for a line that hasn't come? */
  #asked = false;

  attend(operator: Operator): void {
    this.#operator = operator;
  }

  stream(): StreamSession {
    return new Client(this, ++this.#count);
  }

  datagram(): void {}

  /** Is the operator to answer this client now? */
  isAnswering(client: Client): boolean {
    return this.#answering === client;
  }

  arrive(client: Client): void {
    const before = this.#clients.length;
    if (this.#operator === undefined) {
      client.dismiss('There is no operator.');
    } else if (before > QUEUE_LIMIT) {
      client.dismiss('The operator is busy, and too many wait: try again later.');
    } else {
      this.#clients.push(client);
      this.#operator.show(`client ${client.number} is here${before > 0 ? ', and waits' : ''}`);
      if (before > 0) client.say(`The operator is busy: please wait. Before you: ${before}.`);
    }
  }

  /** Forgets a client; to say so again changes nothing. */
  leave(client: Client): void {
    const place = this.#clients.indexOf(client);
    if (place < 0) return;
    this.#clients.splice(place, 1);
    if (this.#answering === client) this.#answering = undefined;
    this.#operator?.show(`client ${client.number} has left`);
    if (place > 0) return;
    this.#clients[0]?.say('The operator is here now.');
    this.takeTurn();
  }

  /** Shows the operator the next line of who is being served, if it has come, and the last one has its answer. */
  takeTurn(): void {
    const [client] = this.#clients;
    if (client === undefined || this.#answering !== undefined) return;
    const line = client.takeLine();
    if (line === undefined) return;
    this.#answering = client;
    this.#operator?.show(`client ${client.number}: ${line}`);
    // Perhaps the client is gone that the operator was asked to answer; the line will be for this one.
    if (this.#asked) return;
    this.#asked = true;
    this.#operator?.ask((answer) => this.#answer(answer));
  }

  #answer(line: string | undefined): void {
    this.#asked = false;
    if (line === undefined) {
      this.#end();
      return;
    }
    const client = this.#answering;
    this.#answering = undefined;
    if (client === undefined) this.#operator?.show('not sent: nobody awaits an answer');
    else client.answer(line);
    this.takeTurn();
  }

  /** The operator has gone. */
  #end(): void {
    this.#operator = undefined;
    this.#answering = undefined;
    for (const client of this.#clients.splice(0)) client.dismiss('The operator has left.');
  }
}

export const app: App = new ChatOperator();
