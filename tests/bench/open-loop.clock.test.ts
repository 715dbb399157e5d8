import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { makePacer, type Pacer, type PacerSpec } from '../../bench/load/arrivals/pacer.ts';
import { OpenDemand } from '../../bench/load/demand/demand.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { whyMissing } from '../requirements.ts';
import { accountedFor, expectRate, measure, measureTrial, tcpServer, tlsServer, udpServer } from './measured.ts';

const at = (rate: number): Pick<PacerSpec, 'profile'> => ({ profile: { start: rate, stages: [], holdMs: 0 } });
const spec: PacerSpec = { ...at(1000), arrivals: 'constant', streamKey: { seed: 1 }, thread: 0, threads: 1 };

function reasonsOf({ trials }: Result): string[] {
  return trials.flatMap(({ validity }) => validity.reasons.map(({ code }) => code));
}

function take(pacer: Pacer, count: number): number[] {
  return Array.from({ length: count }, () => pacer.next());
}

describe('a pacer of constant arrivals', () => {
  test.each([
    ['on one thread', {}, [0, 1e6, 2e6, 3e6]],
    ['on the second of two threads are every other arrival', { thread: 1, threads: 2 }, [1e6, 3e6, 5e6, 7e6]],
    ['at less than one per second', at(0.5), [0, 2e9, 4e9, 6e9]],
    ['with a fractional period', at(3e6), [0, 1000 / 3, 2000 / 3, 1000]],
  ])('%s', (_, variation, due) => expect(take(makePacer({ ...spec, ...variation }), 4)).toEqual(due));

  test('does not drift', () => {
    expect(take(makePacer({ ...spec, ...at(3) }), 3_000_001).at(-1)).toBe(1e15);
  });

  test('of several threads form one schedule', () => {
    const threads = [0, 1, 2].flatMap((thread) => take(makePacer({ ...spec, thread, threads: 3 }), 100));
    expect(threads.sort((a, b) => a - b)).toEqual(take(makePacer(spec), 300));
  });
});

describe('a pacer of Poisson arrivals', () => {
  const poisson = { ...spec, arrivals: 'poisson' } as const;

  test('returns ascending times, which are equal for equal seeds only', () => {
    const due = take(makePacer(poisson), 1000);
    expect(due).toEqual([...due].sort((a, b) => a - b));
    expect(take(makePacer(poisson), 1000)).toEqual(due);
    expect(take(makePacer({ ...poisson, streamKey: { seed: 2 } }), 1000)).not.toEqual(due);
    expect(take(makePacer({ ...poisson, thread: 1 }), 1000)).not.toEqual(due);
  });

  test.each([1, 4])('has the rate and the exponential variance on %d threads', (threads) => {
    const due = take(makePacer({ ...poisson, threads }), 20_000);
    const gaps = due.map((at, i) => (at - (due[i - 1] ?? 0)) / (threads * 1e6));
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // Five standard errors of mean and variance of 20,000 exponentials.
    expect(Math.abs(mean - 1)).toBeLessThan(5 / Math.sqrt(20_000));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(8 / 20_000));
  });
});

describe('open demand', () => {
  const demand = () => new OpenDemand(makePacer(spec), 5e9, 2, 1);

  test('starts with the load', () => {
    const open = demand();
    expect(open.nextDue).toBe(5e9);
    open.advance();
    expect(open.nextDue).toBe(5e9 + 1e6);
  });

  test('returns idle connections, the longest idle first and none twice', () => {
    const open = demand();
    for (const connection of [1, 0, 1]) expect(open.next(connection, 0, 1)).toBe(-1);
    expect([open.takeIdle(), open.takeIdle(), open.takeIdle()]).toEqual([1, 0, -1]);
  });

  test('gives a free connection the request that has waited longest', () => {
    const open = demand();
    open.enqueue();
    open.advance();
    open.enqueue();
    expect([open.next(0, 0, 1), open.next(1, 0, 1), open.next(1, 0, 1)]).toEqual([5e9, 5e9 + 1e6, -1]);
  });

  test('returns requests due before a deadline, the oldest first', () => {
    const open = demand();
    for (let i = 0; i < 3; i++, open.advance()) open.enqueue();
    const due = [5e9, 5e9 + 1.5e6, 5e9 + 1.5e6, 5e9 + 1.5e6].map((deadline) => open.takeOverdue(deadline));
    expect([due, open.queued]).toEqual([[-1, 5e9, 5e9 + 1e6, -1], 1]);
  });

  test('rejects requests when its queue is full', () => {
    const open = demand();
    for (let i = 0; i < 65_536; i++) expect(open.enqueue()).toBe(true);
    expect([open.enqueue(), open.queued]).toEqual([false, 65_536]);
  });
});

describe('an offered rate', () => {
  test.each(['constant', 'poisson'])('with %s arrivals is kept and accounted for over TCP', async (arrivals) => {
    const url = await tcpServer((socket) => socket.pipe(socket));
    const load = ['-c', '5', '-R', '1000', '-d', '1s', '--arrivals', arrivals, '--threads', '2'];
    const trial = await measureTrial(url, ...load);
    expect(trial).toMatchObject({ rate: 1000, arrivals });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expectRate(trial, 1000, 1);
    expect(trial.requests).toMatchObject({ errors: 0, corrupted: 0, dropped: 0 });
  });

  test('is kept over UDP, too', async () => {
    const url = await udpServer((datagram, reply) => reply(datagram));
    const trial = await measureTrial(url, '-c', '3', '-p', '2', '-R', '500', '-d', '1s');
    expectRate(trial, 500, 1);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('includes in response times the wait for a stalled server', async () => {
    let seen = 0;
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        if (++seen === 50) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
        socket.write(bytes);
      });
    });
    const trial = await measureTrial(url, '-c', '2', '-R', '1000', '-d', '1s');
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    // 400 of 1,000 requests were due in the stall and waited for the rest of it. A closed loop would have sent two.
    expect(trial.latencyMicros.response.p90).toBeGreaterThan(250_000);
    expect(trial.latencyMicros.response.p50).toBeLessThan(trial.latencyMicros.response.p90);
  });

  test('is answered completely by a slow server that keeps up, without a warm-up', async () => {
    const url = await tcpServer((socket) => {
      // The first request only opens the connection.
      let delay = 0;
      socket.on('data', (bytes) => {
        setTimeout(() => socket.write(bytes), delay);
        delay = 700;
      });
    });
    // A third of them is answered after the last was sent.
    const load = ['-c', '100', '-R', '100', '-n', '200', '-d', '60s', '--threshold', 'errors==0'];
    const { code, result } = await measure(url, ...load);
    expect(result.trials[0]?.requests).toMatchObject({ sent: 200, completed: 200, timedOut: 0, dropped: 0 });
    expect(code).toBe(0);
  });

  test('above the server’s capacity is reported as missed, and unsent requests as dropped', async () => {
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => setTimeout(() => socket.write(bytes), 20));
    });
    const bounds = ['--threshold', 'p50<500ms,errors==0,errorRate<50%'];
    const load = ['-c', '1', '-R', '500', '-d', '1s', '--timeout', '500ms'];
    const { code, result } = await measure(url, ...load, ...bounds);
    const [trial] = result.trials;
    const { requests, latencyMicros, timeline = [] } = trial as Trial;
    // In a second, 500 are due and 50 can be answered. The first waits end only in the drain.
    expect(requests.sent + requests.dropped).toBeGreaterThan(450);
    expect(requests.dropped).toBeGreaterThan(200);
    expect(requests.drops).toMatchObject({ noConnection: requests.dropped });
    expect(accountedFor(trial as Trial)).toBe(requests.sent);
    // A request that was not sent has no response time.
    expect(latencyMicros.response.count).toBe(requests.sent);
    expect(timeline.length).toBeGreaterThan(0);
    expect(reasonsOf(result)).toEqual(expect.arrayContaining(['rate-missed', 'dropped']));
    // However quickly the few requests that were sent were answered.
    expect(result.thresholds?.map(({ kept }) => kept)).toEqual([false, false, false]);
    expect(code).toBe(1);
  });
});

describe('an offered rate above the server’s capacity', () => {
  // Each of two connections can serve about 100 requests/s.
  const slow = (accepted: () => void) => (socket: Duplex) => {
    accepted();
    socket.on('data', (bytes) => setTimeout(() => socket.write(bytes), 10));
  };

  test.each([
    ['tcp', tcpServer],
    ['tls', tlsServer],
  ])('over %s drops overdue requests and keeps the connections open', async (_, startServer) => {
    let accepted = 0;
    const url = await startServer(slow(() => accepted++));
    const load = ['-c', '2', '-R', '2000', '-d', '900ms', '--timeout', '300ms', '--timestamps', 'user'];
    const trial = await measureTrial(url, ...load);
    const { requests, latencyMicros } = trial;
    expect(accepted).toBe(2);
    expect(requests.errors).toBe(0);
    expect(accountedFor(trial)).toBe(requests.sent);
    expect(requests.dropped).toBeGreaterThan(1000);
    expect(requests.drops).toMatchObject({ noConnection: requests.dropped });
    // Only requests that were sent have a response time. It includes the wait for a connection.
    expect(latencyMicros.response.count).toBe(requests.sent);
    expect(latencyMicros.response.p90).toBeGreaterThan(200_000);
  });
});

test.skipIf(whyMissing('uring'))(
  'arrivals that follow each other closely are sent together, which a note says',
  async () => {
    const url = await tcpServer((socket) => void socket.on('data', (chunk) => socket.write(chunk)));
    const trial = await measureTrial(url, '-c', '10', '-R', '100000', '-n', '5000', '--threads', '1');
    expect(trial.notes?.map(({ code }) => code)).toContain('arrivals-gathered');
    // What was sent together has no distances of its own.
    expect(trial.arrivalCheck).toBeNull();
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    const slow = await measureTrial(url, '-c', '10', '-R', '500', '-d', '300ms', '--threads', '1');
    expect(slow.notes?.map(({ code }) => code)).not.toContain('arrivals-gathered');
  },
);
