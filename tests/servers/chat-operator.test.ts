import { expect, test } from 'vitest';
import type { Operator, StreamSession } from '../../servers/apps/app.ts';
import { createApp } from '../../servers/apps/chat-operator.ts';
import { CollectedReply } from '../../servers/node/collected-reply.ts';

/** An operator that the test controls. */
class Desk implements Operator {
  readonly app = createApp({ operator: this });
  #shown: string[] = [];
  #answer: ((line: string | undefined) => void) | undefined;

  show(line: string): void {
    this.#shown.push(line);
  }

  ask(answer: (line: string | undefined) => void): void {
    expect(this.#answer, 'one line is asked for at a time').toBeUndefined();
    this.#answer = answer;
  }

  /** Whether the app waits for a line from the operator. */
  get asked(): boolean {
    return this.#answer !== undefined;
  }

  /** Returns the lines shown since the last call. */
  get shown(): string[] {
    return this.#shown.splice(0);
  }

  type(line: string | undefined): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(line);
  }

  come(): Visitor {
    return new Visitor(this.app.stream());
  }
}

/** A client, as a model presents it to the app. */
class Visitor {
  readonly session: StreamSession;
  readonly #reply = new CollectedReply();

  constructor(session: StreamSession) {
    this.session = session;
    session.open?.(this.#reply);
  }

  /** The bytes are inside a larger buffer; the app must not read the bytes around them. */
  send(text: string | Uint8Array): void {
    const bytes = Buffer.concat([Buffer.from('x\n'), Buffer.from(text), Buffer.from('\ny')]);
    this.session.receive(bytes, 2, bytes.length - 2, this.#reply);
  }

  finish(): void {
    this.session.finish?.(this.#reply);
  }

  leave(): void {
    this.session.close?.();
  }

  /** Returns the replies since the last call. */
  get received(): { text: string; ended: boolean } {
    const { parts, ended } = this.#reply.take();
    return { text: Buffer.concat(parts).toString(), ended };
  }
}

const reply = (text: string, ended = false) => ({ text, ended });

test('each line is shown after the answer to the line before it', () => {
  const desk = new Desk();
  const client = desk.come();
  expect([desk.shown, desk.asked, client.received]).toEqual([['client 1 has connected'], false, reply('')]);
  client.send('one\ntw');
  client.send('o\r\n');
  expect([desk.shown, desk.asked]).toEqual([['client 1: one'], true]);
  desk.type('first');
  expect([client.received, desk.shown, desk.asked]).toEqual([reply('first\n'), ['client 1: two'], true]);
  desk.type('');
  expect([client.received, desk.asked]).toEqual([reply('\n'), false]);
});

test('characters split over several reads are reassembled', () => {
  const desk = new Desk();
  const client = desk.come();
  for (const byte of Buffer.from('grüße 🙂\n')) client.send(Uint8Array.of(byte));
  expect(desk.shown.at(-1)).toBe('client 1: grüße 🙂');
});

test('a client that has finished gets all answers, and then the end of the stream', () => {
  const desk = new Desk();
  const client = desk.come();
  client.send('one\ntwo');
  client.finish();
  expect([client.session.hasPendingReply, desk.shown.at(-1)]).toEqual([true, 'client 1: one']);
  desk.type('first');
  expect([client.session.hasPendingReply, client.received]).toEqual([true, reply('first\n')]);
  desk.type('second');
  expect([client.session.hasPendingReply, client.received]).toEqual([false, reply('second\n', true)]);
  expect(desk.shown).toEqual(['client 1: two', 'client 1 has left']);
  client.leave();
  expect(desk.shown).toEqual([]);
});

test('a client that finishes without a message has no pending answer', () => {
  const desk = new Desk();
  const client = desk.come();
  client.finish();
  expect([client.session.hasPendingReply, desk.shown]).toEqual([
    false,
    ['client 1 has connected', 'client 1 has left'],
  ]);
});

test('a second client is asked to wait, and is served when the first has left', () => {
  const desk = new Desk();
  const [first, second] = [desk.come(), desk.come()];
  expect([first.received.text, second.received.text]).toEqual([
    '',
    'The operator is busy: please wait. Before you: 1.\n',
  ]);
  second.send('hello\n');
  expect([desk.shown, desk.asked]).toEqual([['client 1 has connected', 'client 2 has connected, and waits'], false]);
  first.leave();
  expect(second.received).toEqual(reply('The operator is here now.\n'));
  expect(desk.shown).toEqual(['client 1 has left', 'client 2: hello']);
  desk.type('hi');
  expect([first.received, second.received]).toEqual([reply(''), reply('hi\n')]);
});

test('a waiting client that leaves does not affect the others', () => {
  const desk = new Desk();
  const [first, second, third] = [desk.come(), desk.come(), desk.come()];
  second.leave();
  first.leave();
  expect(third.received.text).toBe('The operator is busy: please wait. Before you: 2.\nThe operator is here now.\n');
});

test('an answer to a client that has left is dropped, unless another client has sent a line since', () => {
  const desk = new Desk();
  const [first, second] = [desk.come(), desk.come()];
  first.send('are you there?\n');
  first.leave();
  desk.type('yes');
  expect(desk.shown.slice(-2)).toEqual(['client 1 has left', 'not sent: no client waits for an answer']);
  expect(second.received.text).not.toContain('yes');
  second.send('one\n');
  expect(desk.asked).toBe(true);
  second.leave();
  const third = desk.come();
  third.send('two\n');
  desk.type('to the third');
  expect(third.received).toEqual(reply('to the third\n'));
});

test('when the operator leaves, all clients are notified and closed, and so are later clients', () => {
  const desk = new Desk();
  const [first, second] = [desk.come(), desk.come()];
  first.send('one\ntwo\n');
  desk.type(undefined);
  expect([first.received, second.received]).toEqual([
    reply('The operator has left.\n', true),
    reply('The operator is busy: please wait. Before you: 1.\nThe operator has left.\n', true),
  ]);
  expect(first.session.hasPendingReply).toBe(false);
  expect(desk.come().received).toEqual(reply('There is no operator.\n', true));
});

test.each([
  ['a line that is too long', 'x'.repeat(65_537)],
  ['too many lines', '\n'.repeat(65_538)],
])('a client that sends %s is closed, and the next client is served', (_, flood) => {
  const desk = new Desk();
  const [first, second] = [desk.come(), desk.come()];
  first.send(flood);
  expect(first.received).toEqual(reply('You sent more than the operator can read.\n', true));
  expect(second.received.text).toContain('The operator is here now.');
});

test('a long line within the limit is shown', () => {
  const desk = new Desk();
  const client = desk.come();
  client.send('x'.repeat(65_535));
  client.send('\n');
  expect(desk.shown.at(-1)).toHaveLength('client 1: '.length + 65_535);
});

test('when too many clients wait, one more is notified and closed', () => {
  const desk = new Desk();
  const visitors = Array.from({ length: 65 }, () => desk.come());
  expect(visitors.at(-1)?.received.ended).toBe(false);
  expect(desk.come().received).toEqual(reply('The operator is busy, and too many wait: try again later.\n', true));
});

test('without an operator, a client is notified and closed', () => {
  const visitor = new Visitor(createApp({ operator: undefined }).stream());
  expect(visitor.received).toEqual(reply('There is no operator.\n', true));
});
