import { StringDecoder } from 'node:string_decoder';
import type { AppOptions, Operator, StreamApp, StreamReply, StreamSession } from './app.ts';

/** Most unread characters per client, which bounds its memory. */
const UNREAD_LIMIT = 65_536;
/** Most clients that may wait for the operator. */
const QUEUE_LIMIT = 64;

/** A client: its lines that the operator has not seen, and its reply. */
class Client implements StreamSession {
  readonly number: number;
  readonly #desk: ChatOperator;
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines: string[] = [];
  #partial = '';
  /** Characters in `#lines`, including their newlines. */
  #unread = 0;
  #finished = false;
  #reply: StreamReply | undefined;

  constructor(desk: ChatOperator, number: number) {
    this.#desk = desk;
    this.number = number;
  }

  get hasPendingReply(): boolean {
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
      this.dismiss('You sent more than the operator can read.');
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
    if (!this.hasPendingReply) this.#desk.leave(this);
  }

  close(): void {
    this.#desk.leave(this);
  }

  /** Removes and returns the oldest line that the operator has not seen. */
  takeLine(): string | undefined {
    const line = this.#lines.shift();
    if (line !== undefined) this.#unread -= line.length + 1;
    return line;
  }

  /** Sends a line to the client. */
  sendLine(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    this.#reply?.send(bytes, 0, bytes.length);
  }

  /** Sends the operator's answer. Ends the session after the last answer to a client that has finished. */
  answer(line: string): void {
    this.sendLine(line);
    if (!this.#finished || this.hasPendingReply) return;
    this.#reply?.end();
    this.#desk.leave(this);
  }

  /** Sends a last line and ends the session. */
  dismiss(line: string): void {
    this.#lines.length = 0;
    this.sendLine(line);
    this.#reply?.end();
  }

  #keep(line: string): void {
    this.#lines.push(line);
    this.#unread += line.length + 1;
  }
}

/**
 * A chat of one client with the operator at the server's terminal, in turns. A line of the client is shown at the
 * terminal, the operator's next line goes back, then the client's next line is shown. Other clients receive a notice
 * and wait. A client that finds the queue full receives a notice and is closed; so are all clients when the operator
 * leaves. TCP only, because UDP has no connections and so no turns.
 */
class ChatOperator implements StreamApp {
  #operator: Operator | undefined;
  /** In order of arrival; the first is being served. */
  readonly #clients: Client[] = [];
  #count = 0;
  /** The client whose line the operator is answering. */
  #answering: Client | undefined;
  /** True while a line of the operator is pending. */
  #isAsking = false;

  constructor(operator: Operator | undefined) {
    this.#operator = operator;
  }

  stream(): StreamSession {
    return new Client(this, ++this.#count);
  }

  /** Reports whether the operator is answering this client now. */
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
      this.#operator.show(`client ${client.number} has connected${before > 0 ? ', and waits' : ''}`);
      if (before > 0) client.sendLine(`The operator is busy: please wait. Before you: ${before}.`);
    }
  }

  /** Removes a client. A second call does nothing. */
  leave(client: Client): void {
    const place = this.#clients.indexOf(client);
    if (place < 0) return;
    this.#clients.splice(place, 1);
    if (this.#answering === client) this.#answering = undefined;
    this.#operator?.show(`client ${client.number} has left`);
    if (place > 0) return;
    this.#clients[0]?.sendLine('The operator is here now.');
    this.takeTurn();
  }

  /** Shows the operator the next line of the first client, if there is one and the last line has been answered. */
  takeTurn(): void {
    const [client] = this.#clients;
    if (client === undefined || this.#answering !== undefined) return;
    const line = client.takeLine();
    if (line === undefined) return;
    this.#answering = client;
    this.#operator?.show(`client ${client.number}: ${line}`);
    // A pending line was meant for a client that has left; it now answers this one.
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#operator?.ask((answer) => this.#answer(answer));
  }

  #answer(line: string | undefined): void {
    this.#isAsking = false;
    if (line === undefined) {
      this.#end();
      return;
    }
    const client = this.#answering;
    this.#answering = undefined;
    if (client === undefined) this.#operator?.show('not sent: no client waits for an answer');
    else client.answer(line);
    this.takeTurn();
  }

  /** Ends all sessions after the operator has left. */
  #end(): void {
    this.#operator = undefined;
    this.#answering = undefined;
    for (const client of this.#clients.splice(0)) client.dismiss('The operator has left.');
  }
}

export function createApp({ operator }: Pick<AppOptions, 'operator'>): StreamApp {
  return new ChatOperator(operator);
}
