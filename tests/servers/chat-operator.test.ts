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
  say(text: string | Uint8Array): void {
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
  get heard(): { said: string; ended: boolean } {
    const { parts, ended } = this.#reply.take();
    return { said: Buffer.concat(parts).toString(), ended };
  }
}

const heard = (said: string, ended = false) => ({ said, ended });

test('each line is shown after the answer to the line before it', () => {
  const desk = new Desk();
  const client = desk.come();
  expect([desk.shown, desk.asked, client.heard]).toEqual([['client 1 has connected'], false, heard('')]);
  client.say('one\ntw');
  client.say('o\r\n');
  expect([desk.shown, desk.asked]).toEqual([['client 1: one'], true]);
  desk.type('first');
  expect([client.heard, desk.shown, desk.asked]).toEqual([heard('first\n'), ['client 1: two'], true]);
  desk.type('');
  expect([client.heard, desk.asked]).toEqual([heard('\n'), false]);
});

test('characters split over several reads are reassembled', () => {
  const desk = new Desk();
  const client = desk.come();
  for (const byte of Buffer.from('grüße 🙂\n')) client.say(Uint8Array.of(byte));
  expect(desk.shown.at(-1)).toBe('client 1: grüße 🙂');
});

test('a client that has finished gets all answers, and then the end of the stream', () => {
  const desk = new Desk();
  const client = desk.come();
  client.say('one\ntwo');
  client.finish();
  expect([client.session.hasPendingReply, desk.shown.at(-1)]).toEqual([true, 'client 1: one']);
  desk.type('first');
  expect([client.session.hasPendingReply, client.heard]).toEqual([true, heard('first\n')]);
  desk.type('second');
  expect([client.session.hasPendingReply, client.heard]).toEqual([false, heard('second\n', true)]);
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
  expect([first.heard.said, second.heard.said]).toEqual(['', 'The operator is busy: please wait. Before you: 1.\n']);
  second.say('hello\n');
  expect([desk.shown, desk.asked]).toEqual([['client 1 has connected', 'client 2 has connected, and waits'], false]);
  first.leave();
  expect(second.heard).toEqual(heard('The operator is here now.\n'));
  expect(desk.shown).toEqual(['client 1 has left', 'client 2: hello']);
  desk.type('hi');
  expect([first.heard, second.heard]).toEqual([heard(''), heard('hi\n')]);
});

test('a waiting client that leaves does not affect the others', () => {
  const desk = new Desk();
  const [first, second, third] = [desk.come(), desk.come(), desk.come()];
  second.leave();
  first.leave();
  expect(third.heard.said).toBe('The operator is busy: please wait. Before you: 2.\nThe operator is here now.\n');
});

test('an answer to a client that has left is dropped, unless another client has sent a line since', () => {
  const desk = new Desk();
  const [first, second] = [desk.come(), desk.come()];
  first.say('are you there?\n');
  first.leave();
  desk.type('yes');
  expect(desk.shown.slice(-2)).toEqual(['client 1 has left', 'not sent: no client waits for an answer']);
  expect(second.heard.said).not.toContain('yes');
  second.say('one\n');
  expect(desk.asked).toBe(true);
  second.leave();
  const third = desk.come();
  third.say('two\n');
  desk.type('to the third');
  expect(third.heard).toEqual(heard('to the third\n'));
});

test('when the operator leaves, all clients are notified and closed, and so are later clients', () => {
  const desk = new Desk();
  const [first, second] = [desk.come(), desk.come()];
  first.say('one\ntwo\n');
  desk.type(undefined);
  expect([first.heard, second.heard]).toEqual([
    heard('The operator has left.\n', true),
    heard('The operator is busy: please wait. Before you: 1.\nThe operator has left.\n', true),
  ]);
  expect(first.session.hasPendingReply).toBe(false);
  expect(desk.come().heard).toEqual(heard('There is no operator.\n', true));
});

test.each([
  ['a line that is too long', 'x'.repeat(65_537)],
  ['too many lines', '\n'.repeat(65_538)],
])('a client that sends %s is closed, and the next client is served', (_, flood) => {
  const desk = new Desk();
  const [first, second] = [desk.come(), desk.come()];
  first.say(flood);
  expect(first.heard).toEqual(heard('You said more than the operator can read.\n', true));
  expect(second.heard.said).toContain('The operator is here now.');
});

test('a long line within the limit is shown', () => {
  const desk = new Desk();
  const client = desk.come();
  client.say('x'.repeat(65_535));
  client.say('\n');
  expect(desk.shown.at(-1)).toHaveLength('client 1: '.length + 65_535);
});

test('when too many clients wait, one more is notified and closed', () => {
  const desk = new Desk();
  const visitors = Array.from({ length: 65 }, () => desk.come());
  expect(visitors.at(-1)?.heard.ended).toBe(false);
  expect(desk.come().heard).toEqual(heard('The operator is busy, and too many wait: try again later.\n', true));
});

test('without an operator, a client is notified and closed', () => {
  const visitor = new Visitor(createApp({ operator: undefined }).stream());
  expect(visitor.heard).toEqual(heard('There is no operator.\n', true));
});
