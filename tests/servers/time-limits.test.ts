import { describe, expect, test } from 'vitest';
import type { StreamSession } from '../../servers/apps/app.ts';
import { checkEveryMs } from '../../servers/apps/http/time-limits.ts';
import { CollectedReply } from '../../servers/node/collected-reply.ts';
import { loadStreamApp } from '../../servers/served.ts';
import type { Awaiting } from '../../servers/timing/peer-timer.ts';

const timeLimits = { idleMs: 1, headerMs: 2, requestMs: 3 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n';

async function after(...pieces: readonly string[]): Promise<{ session: StreamSession; reply: CollectedReply }> {
  const session = (await loadStreamApp({ app: 'http', timeLimits })).stream();
  const reply = new CollectedReply();
  for (const piece of pieces) session.receive(Buffer.from(piece), 0, piece.length, reply);
  reply.take();
  return { session, reply };
}

/** Returns the reply to a client that takes too long after these pieces. */
async function replyToLate(...pieces: readonly string[]): Promise<{ text: string; ended: boolean }> {
  const { session, reply } = await after(...pieces);
  session.expire?.(reply);
  const { parts, ended } = reply.take();
  return { text: Buffer.concat(parts).toString('latin1'), ended };
}

describe('a client of the http app', () => {
  test.each([
    ['has sent nothing', [], 1, 0],
    ['has sent part of a head', ['GET /'], 2, 1],
    ['has sent more of a head', ['G', 'ET /', ' HTTP/1.1\r\nHo'], 2, 1],
    ['has sent part of a body', [`${POST}a`], 3, 1],
    ['has not yet sent a body', [POST], 3, 1],
    ['has been answered', [GET], 1, 2],
    ['has been answered after a request with a body', [POST, 'abc'], 1, 2],
    ['has been answered several times', [GET + GET, GET], 1, 6],
    ['has sent part of a head after a request', [`${GET}GET`], 2, 3],
  ] as const)('that %s has the time limit for that state', async (_, pieces, timeLimitMs, turn) => {
    const { session } = await after(...pieces);
    const { timeLimitMs: patience, turn: at } = session as Awaiting;
    expect([patience, at]).toEqual([timeLimitMs, turn]);
  });

  test.each([
    ['a head', 'GET / HTTP/1.1\r\nHo'],
    ['a body', `${POST}a`],
    ['a head after a request', `${GET}GET`],
  ])('is answered 408 when it is late with %s', async (_, sent) => {
    const { text, ended } = await replyToLate(sent);
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n(?:.+\r\n)*Connection: close\r\n\r\n$/);
    expect(ended).toBe(true);
  });

  test.each([
    ['before its first request', ''],
    ['after a request', GET],
  ])('is closed without a reply when it is late %s', async (_, sent) => {
    expect(await replyToLate(sent)).toEqual({ text: '', ended: true });
  });
});

test('time limits apply to an app with work, too', async () => {
  const work = { parts: [{ share: 1, cpuNanos: 0, ioNanos: 1 }], cacheHit: 0, requestBytes: null, seed: 1 };
  const app = await loadStreamApp({ app: 'http', work, timeLimits });
  expect(app.checkEveryMs).toBe(5);
  expect((app.stream() as Awaiting).timeLimitMs).toBe(1);
});

test('models check ten times within the shortest limit, at least once a second, and never without limits', () => {
  expect(checkEveryMs({ idleMs: 300_000, headerMs: 60_000, requestMs: 0 })).toBe(1000);
  expect(checkEveryMs({ idleMs: 0, headerMs: 500, requestMs: 0 })).toBe(50);
  expect(checkEveryMs({ idleMs: 1, headerMs: 500, requestMs: 0 })).toBe(5);
  expect(checkEveryMs({ idleMs: 0, headerMs: 0, requestMs: 0 })).toBeUndefined();
});
