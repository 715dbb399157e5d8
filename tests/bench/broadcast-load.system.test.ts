import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { accountedFor, counted, measureTargets, measureTrial, onlyTrial, tcpServer } from './measured.ts';

const CALL = '?';

/** What a server does with a line, instead of sending it to all others. */
type Treat = (
  line: string,
  room: { toOthers(text: string): void; toSender(text: string): void; leave(): void },
) => void;

/** Starts a chat server that passes one line in `every` to `treat`. */
function chat(treat: Treat, every = 100): Promise<string> {
  const clients = new Set<Socket>();
  let lines = 0;
  return tcpServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    let partial = '';
    const toOthers = (text: string) => {
      for (const client of clients) if (client !== socket) client.write(text);
    };
    const room = { toOthers, toSender: (text: string) => socket.write(text), leave: () => socket.resetAndDestroy() };
    socket.on('data', (chunk) => {
      const whole = (partial + chunk.toString('latin1')).split('\n');
      partial = whole.pop() ?? '';
      for (const line of whole) {
        if (line === CALL || ++lines % every !== 0) toOthers(`${line}\n`);
        else treat(`${line}\n`, room);
      }
    });
  });
}

function measureChat(url: string, ...flags: readonly string[]): Promise<Trial> {
  return measureTrial(url, '--app', 'chat', '-c', '4', ...flags);
}

function codesOf({ validity }: Trial): string[] {
  return validity.reasons.map(({ code }) => code);
}

const faults = ['broadcast-lost', 'broadcast-duplicated', 'broadcast-reordered', 'broadcast-corrupted', 'errors'];

describe('a chat server that', () => {
  test('works correctly has its deliveries counted correctly', async () => {
    const trial = await measureChat(await chat((line, { toOthers }) => toOthers(line)), ...counted(450));
    const { broadcast, requests, latencyMicros } = trial;
    expect(requests.completed).toBeGreaterThan(100);
    expect(accountedFor(trial)).toBe(requests.sent);
    expect(broadcast).toMatchObject({ reach: 1, lost: 0, duplicated: 0, reordered: 0, late: 0, corrupted: 0 });
    // Some deliveries of the first lines may precede measuring.
    expect(broadcast?.delivered).toBeGreaterThan(3 * (requests.completed - 4));
    expect(latencyMicros.response.count).toBe(broadcast?.delivered);
    expect(latencyMicros.service?.count).toBe(broadcast?.delivered);
    expect(trial.opening).toMatchObject({ opened: 4, answered: 4 });
    expect(codesOf(trial).filter((code) => faults.includes(code))).toEqual([]);
  });

  test('drops lines is reported as losing them for all receivers', async () => {
    let forgotten = 0;
    const trial = await measureChat(await chat(() => forgotten++), '--timeout', '3s', ...counted(450));
    expect(forgotten).toBeGreaterThan(0);
    expect(trial.broadcast?.lost).toBe(3 * forgotten);
    expect(trial.requests.timedOut).toBe(forgotten);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.broadcast?.reach).toBeLessThan(1);
    expect(trial.latencyMicros.response.max).toBeGreaterThan(2_900_000);
    expect(codesOf(trial).filter((code) => faults.includes(code))).toEqual(['broadcast-lost']);
  });

  test('sends lines twice is reported as duplicating them for each receiver', async () => {
    let repeated = 0;
    const url = await chat((line, { toOthers }) => {
      repeated++;
      toOthers(line + line);
    });
    const trial = await measureChat(url, ...counted(450));
    expect(repeated).toBeGreaterThan(0);
    expect(trial.broadcast).toMatchObject({ duplicated: 3 * repeated, lost: 0, reach: 1 });
    expect(codesOf(trial).filter((code) => faults.includes(code))).toEqual(['broadcast-duplicated']);
  });

  test('sends lines back to the sender is reported as duplicating them', async () => {
    let returned = 0;
    const url = await chat((line, { toOthers, toSender }) => {
      returned++;
      toOthers(line);
      toSender(line);
    });
    const trial = await measureChat(url, ...counted(450));
    expect(returned).toBeGreaterThan(0);
    // The duplicate of the last line may come after the load has ended.
    expect(trial.broadcast?.duplicated).toBeGreaterThanOrEqual(returned - 1);
    expect(trial.broadcast).toMatchObject({ lost: 0, reach: 1 });
  });

  test('sends lines out of order is reported as reordering them', async () => {
    let held: string | undefined;
    let swapped = 0;
    const url = await chat((line, { toOthers }) => {
      if (held === undefined) {
        held = line;
        return;
      }
      // Order is defined only among the lines of one sender.
      const same = held.slice(0, 8) === line.slice(0, 8);
      if (same) swapped++;
      toOthers(same ? line + held : held + line);
      held = undefined;
    }, 1);
    const trial = await measureTrial(url, '--app', 'chat', '-c', '2', '-p', '16', ...counted(400));
    expect(swapped).toBeGreaterThan(0);
    expect(trial.broadcast?.reordered).toBe(swapped);
    expect(trial.broadcast?.duplicated).toBe(0);
    expect(codesOf(trial)).toContain('broadcast-reordered');
  });

  test('changes a line is reported as corrupting it, and the trial is invalid', async () => {
    let changed = 0;
    const url = await chat((line, { toOthers }) => {
      changed++;
      toOthers(line.replace('.', ','));
    });
    const trial = await measureChat(url, '--timeout', '3s', ...counted(450));
    expect(trial.broadcast).toMatchObject({ corrupted: 3 * changed, lost: 3 * changed });
    expect(trial.validity.verdict).toBe('invalid');
    expect(codesOf(trial)).toContain('broadcast-corrupted');
  });

  test('disconnects a client causes one error, and the client reconnects', async () => {
    let thrown = 0;
    const url = await chat((line, { toOthers, leave }) => {
      toOthers(line);
      if (thrown++ === 0) leave();
    }, 50);
    const trial = await measureChat(url, '--timeout', '3s', ...counted(450));
    expect(trial.requests.errors).toBe(1);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.requests.completed).toBeGreaterThan(200);
    expect(trial.broadcast?.duplicated).toBe(0);
    expect(codesOf(trial)).toContain('errors');
  });
});

test('lines longer than a socket buffer are received whole', async () => {
  const load = ['-c', '3', '-p', '8', '--size', '60000', ...counted(100)];
  const trial = onlyTrial(await measureTargets('--model', 'event-driven', '--app', 'chat', ...load));
  expect(trial.requests.completed).toBe(100);
  expect(trial.broadcast).toMatchObject({ corrupted: 0, duplicated: 0, reordered: 0 });
});

test('a client that is not served receives nothing, and the others do not wait for it', async () => {
  const clients: Socket[] = [];
  const url = await tcpServer((socket) => {
    clients.push(socket);
    const number = clients.length;
    socket.on('data', (chunk) => {
      if (number > 3) return;
      for (const client of clients.slice(0, 3)) if (client !== socket) client.write(chunk);
    });
  });
  const trial = await measureTrial(url, '--app', 'chat', '-c', '4', '--open-timeout', '2s');
  expect(trial.opening).toMatchObject({ opened: 4, answered: 3 });
  expect(trial.broadcast).toMatchObject({ reach: 1 });
  expect(trial.requests.timedOut).toBe(1);
  expect(trial.fairness.starvedConnections).toBe(1);
  expect(accountedFor(trial)).toBe(trial.requests.sent);
});

test('a chat at a rate sends the requested number of lines, from all connections in turn', async () => {
  const url = await chat((line, { toOthers }) => toOthers(line));
  const trial = await measureChat(url, '-R', '400', ...counted(200));
  expect(trial).toMatchObject({ rate: 400, requests: { sent: 200, completed: 200 } });
  expect(trial.broadcast).toMatchObject({ reach: 1, duplicated: 0, reordered: 0 });
  expect(trial.latencyMicros.scheduleLag?.count).toBe(trial.requests.sent);
  expect(trial.fairness.starvedConnections).toBe(0);
});

test('lines that a full socket never accepts are dropped and have no response time', async () => {
  const clients = new Set<Socket>();
  const called = new Set<Socket>();
  const url = await tcpServer((socket) => {
    clients.add(socket);
    socket.on('data', () => {
      for (const client of clients) {
        if (client === socket || called.has(client)) continue;
        called.add(client);
        client.write(`${CALL}\n`);
      }
      // Both are in the room, and nothing more is read.
      if (called.size === 2) for (const client of clients) client.pause();
    });
  });
  const size = 60_000;
  const flags = ['--size', `${size}`, '-p', '256', '--timeout', '200ms', '-d', '500ms', '--open-timeout', '2s'];
  const trial = await measureTrial(url, '--app', 'chat', '-c', '2', ...flags);
  expect(trial.requests.dropped).toBeGreaterThan(0);
  expect(trial.requests).toMatchObject({ completed: 0, errors: 0, drops: { unsent: trial.requests.dropped } });
  expect(trial.requests.timedOut).toBe(trial.requests.sent);
  expect(trial.latencyMicros.response.count).toBe(trial.requests.timedOut);
});
