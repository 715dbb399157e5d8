import { expect, test } from 'vitest';
import type { StreamReply, StreamSession } from '../../../servers/apps/app.ts';
import type { AppName } from '../../../servers/apps/app-catalog.ts';
import { loadApp, loadDatagramApp, loadStreamApp } from '../../../servers/served.ts';
import type { WorkSpec } from '../../../servers/work/spec.ts';

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

/** Opens a session of an app whose requests are delayed. */
async function sessionOf(app: AppName, requestBytes: number | null): Promise<StreamSession> {
  return (await loadStreamApp({ app, work: waiting(requestBytes) })).stream();
}

test.each([
  ['each whole request is answered after its delay', 3, ['abc', 'def'], [7, 'abc', 7, 'def']],
  ['bytes of an incomplete request are answered at once', 3, ['ab', 'c'], ['ab', 7, 'c']],
  ['requests that arrive together are delayed together', 3, ['abcdef'], [7, 7, 'abcdef']],
  ['one request can end and another begin in the same piece', 3, ['ab', 'cdef', 'g'], ['ab', 7, 7, 'cdef', 'g']],
  ['with an unknown request length, each piece is one request', null, ['a', 'bcdefg'], [7, 'a', 7, 'bcdefg']],
])('%s', async (_, requestBytes, pieces, expected) => {
  const session = await sessionOf('echo', requestBytes);
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
])('HTTP requests of no given length: %s', async (_, pieces, expected) => {
  const session = await sessionOf('http', 5);
  const reply = new Notes();
  for (const piece of pieces) session.receive(Buffer.from(piece), 0, piece.length, reply);
  const status = (note: string | number) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(`${note}`)?.[1] ?? Number.NaN);
  expect(reply.notes.map((note) => status(note) || note)).toEqual(expected);
});

test('each connection counts its own requests', async () => {
  const app = await loadStreamApp({ app: 'echo', work: waiting(4) });
  const reply = new Notes();
  app.stream().receive(Buffer.from('ab'), 0, 2, reply);
  app.stream().receive(Buffer.from('cd'), 0, 2, reply);
  expect(reply.notes).toEqual(['ab', 'cd']);
});

test('a datagram of any length is one request', async () => {
  const reply = new Notes();
  (await loadDatagramApp({ app: 'echo', work: waiting(64) })).datagram(Buffer.from('abc'), 0, 3, reply);
  expect(reply.notes).toEqual([7, 'abc']);
});

test.each([
  ['echo', [false, false, false]],
  ['greeting', [true, false, false]],
  ['http', [false, true, false]],
  ['chargen', [false, false, true]],
] as const)('a session of %s has the methods that it has without work, and no others', async (app, expected) => {
  const { open, finish, produce } = await sessionOf(app, null);
  expect([open, finish, produce].map((call) => call !== undefined)).toEqual(expected);
});

test('with work, too, a session reports its pending answer and passes on the close', async () => {
  const shown: string[] = [];
  const operator = { show: (line: string) => void shown.push(line), ask: () => undefined };
  const session = (await loadApp({ app: 'chat-operator', work: waiting(null) }, operator)).stream?.();
  const reply = new Notes();
  session?.open?.(reply);
  expect(session?.hasPendingReply).toBe(false);
  session?.receive(Buffer.from('hello\n'), 0, 6, reply);
  expect(session?.hasPendingReply).toBe(true);
  session?.close?.();
  expect(shown.at(-1)).toBe('client 1 has left');
});

test('with work, too, one read is one message: it is delayed and acknowledged, and ends the conversation', async () => {
  const session = await sessionOf('ack', null);
  const reply = new Notes();
  const bytes = Buffer.from('Hello, Server!');
  session.receive(bytes, 0, bytes.length, reply);
  expect(reply.notes).toEqual([7, 'ACK', 'end']);
});
