import { expect, test } from 'vitest';
import { app as ack } from '../../../servers/apps/ack.ts';
import type { StreamReply } from '../../../servers/apps/app.ts';
import { app as chargen } from '../../../servers/apps/chargen.ts';
import { ChatOperator } from '../../../servers/apps/chat-operator.ts';
import { app as echo } from '../../../servers/apps/echo.ts';
import { app as greeting } from '../../../servers/apps/greeting.ts';
import { app as http } from '../../../servers/apps/http.ts';
import type { WorkSpec } from '../../../servers/work/spec.ts';
import { WorkingApp } from '../../../servers/work/working-app.ts';
import { seeded } from '../../seeded.ts';

/** Records sent text and delays, in order. */
class Notes implements StreamReply {
  readonly notes: (string | number)[] = [];

  wait(nanos: number): void {
    this.notes.push(nanos);
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    this.notes.push(Buffer.from(bytes).toString('latin1', start, end));
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    this.send(bytes, start, end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    this.send(bytes, start, end);
  }

  end(): void {
    this.notes.push('end');
  }
}

function waiting(requestBytes: number | null): WorkSpec {
  return { parts: [{ share: 1, cpuNanos: 0, ioNanos: 7 }], cacheHit: 0, requestBytes };
}

test.each([
  ['each whole request is answered after its delay', 3, ['abc', 'def'], [7, 'abc', 7, 'def']],
  ['bytes of an incomplete request are answered at once', 3, ['ab', 'c'], ['ab', 7, 'c']],
  ['requests that arrive together are delayed together', 3, ['abcdef'], [7, 7, 'abcdef']],
  ['one request can end and another begin in the same piece', 3, ['ab', 'cdef', 'g'], ['ab', 7, 7, 'cdef', 'g']],
  ['with an unknown request length, each piece is one request', null, ['a', 'bcdefg'], [7, 'a', 7, 'bcdefg']],
])('%s', (_, requestBytes, pieces, expected) => {
  const session = new WorkingApp(echo, waiting(requestBytes), seeded(1)).stream();
  const reply = new Notes();
  for (const piece of pieces) {
    // Inside a larger buffer, as models pass them.
    const bytes = Buffer.from(`__${piece}__`);
    session.receive(bytes, 2, 2 + piece.length, reply);
  }
  expect(reply.notes).toEqual(expected);
});

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';

test.each([
  [
    'each is delayed by itself, and earlier replies are not delayed with it',
    [GET + GET + POST],
    [7, 200, 7, 200, 7, 405],
  ],
  ['each is delayed wherever it is split', [GET.slice(0, 5), GET.slice(5) + POST.slice(0, -1), 'c'], [7, 200, 7, 405]],
  ['a refused request has no delay', [`${GET}\0`], [7, 200, 400, 'end']],
  [
    '100 Continue has no delay',
    [GET.replace('\r\n\r\n', '\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n')],
    [100],
  ],
])('HTTP requests of no given length: %s', (_, pieces, expected) => {
  const session = new WorkingApp(http, waiting(5), seeded(1)).stream();
  const reply = new Notes();
  for (const piece of pieces) session.receive(Buffer.from(piece), 0, piece.length, reply);
  const status = (note: string | number) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(`${note}`)?.[1] ?? Number.NaN);
  expect(reply.notes.map((note) => status(note) || note)).toEqual(expected);
});

test('each connection counts its own requests', () => {
  const app = new WorkingApp(echo, waiting(4), seeded(1));
  const reply = new Notes();
  app.stream().receive(Buffer.from('ab'), 0, 2, reply);
  app.stream().receive(Buffer.from('cd'), 0, 2, reply);
  expect(reply.notes).toEqual(['ab', 'cd']);
});

test('a datagram of any length is one request', () => {
  const reply = new Notes();
  new WorkingApp(echo, waiting(64), seeded(1)).datagram(Buffer.from('abc'), 0, 3, reply);
  expect(reply.notes).toEqual([7, 'abc']);
});

test('a session has the methods of its app, and no others', () => {
  const calls = (app: typeof echo) => {
    const { open, finish, produce } = new WorkingApp(app, waiting(null), seeded(1)).stream();
    return [open, finish, produce].map((call) => call !== undefined);
  };
  expect(calls(echo)).toEqual([false, false, false]);
  expect(calls(greeting)).toEqual([true, false, false]);
  expect(calls(http)).toEqual([false, true, false]);
  expect(calls(chargen)).toEqual([false, false, true]);
});

test('with work, too, a session reports its pending answer and passes on the close', () => {
  const desk = new ChatOperator();
  const shown: string[] = [];
  desk.attend({ show: (line) => shown.push(line), ask: () => undefined });
  const session = new WorkingApp(desk, waiting(null), seeded(1)).stream();
  const reply = new Notes();
  session.open?.(reply);
  expect(session.hasPendingReply).toBe(false);
  session.receive(Buffer.from('hello\n'), 0, 6, reply);
  expect(session.hasPendingReply).toBe(true);
  session.close?.();
  expect(shown.at(-1)).toBe('client 1 has left');
});

test('with work, too, one read is one message: it is delayed and acknowledged, and ends the conversation', () => {
  const session = new WorkingApp(ack, waiting(null), seeded(1)).stream();
  const reply = new Notes();
  const bytes = Buffer.from('Hello, Server!');
  session.receive(bytes, 0, bytes.length, reply);
  expect(reply.notes).toEqual([7, 'ACK', 'end']);
});
