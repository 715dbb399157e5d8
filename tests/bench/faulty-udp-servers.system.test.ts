import { describe, expect, test } from 'vitest';
import { enough, once } from './faults.ts';
import { accountedFor, measure, measureTrial, udpServer } from './measured.ts';

describe('a UDP server that', () => {
  test('echoes correctly is counted correctly, with several threads', async () => {
    const url = await udpServer((datagram, reply) => reply(datagram));
    const trial = await measureTrial(url, '-c', '5', '-p', '4', '--threads', '2', ...enough);
    expect(trial.requests.sent).toBe(300);
    expect(trial.requests.completed).toBeGreaterThan(0);
    expect(trial.requests).toMatchObject({ errors: 0, corrupted: 0, late: 0, duplicated: 0, unsolicited: 0 });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.generator.threads).toBe(2);
  });

  test('loses every 50th datagram does not stop the load', async () => {
    let seen = 0;
    const url = await udpServer((datagram, reply) => {
      if (++seen % 50 !== 0) reply(datagram);
    });
    const trial = await measureTrial(url, '-c', '4', '-n', '1000', '-d', '60s', '--timeout', '300ms');
    expect(trial.requests.lost).toBeGreaterThanOrEqual(1000 / 50);
    expect(trial.requests.completed).toBeGreaterThan(900);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  // The default, without --pipelining: every datagram is sent when it is due, whatever became of earlier ones.
  test('loses, duplicates and swaps datagrams at a rate over one socket has them counted exactly', async () => {
    const injected = { lost: 0, duplicated: 0, reordered: 0 };
    let seen = 0;
    let held: (() => void) | undefined;
    const url = await udpServer((datagram, reply) => {
      const answer = () => reply(datagram);
      const overtaken = held;
      held = undefined;
      // The first opens the socket. One that overtakes another has no other fault.
      if (seen++ === 0 || overtaken !== undefined) answer();
      else if (seen % 40 === 0) injected.lost++;
      else if (seen % 60 === 1) held = answer;
      else answer();
      if (seen > 1 && seen % 90 === 45 && seen % 60 !== 1 && overtaken === undefined && seen % 40 !== 0) {
        answer();
        injected.duplicated++;
      }
      if (overtaken === undefined) return;
      overtaken();
      injected.reordered++;
    });
    const flags = ['-c', '1', '-R', '2000', '-n', '2000', '-d', '60s', '--timeout', '1s'];
    const trial = await measureTrial(url, ...flags);
    // Datagrams dropped from full socket buffers, on a machine that others use, are counted.
    const { droppedByServer, droppedByGenerator } = trial.datagrams ?? { droppedByServer: 0, droppedByGenerator: 0 };
    expect(trial.requests).toMatchObject({
      sent: 2000,
      dropped: 0,
      errors: 0,
      late: 0,
      ...injected,
      lost: trial.requests.lost,
    });
    expect((trial.requests.lost ?? 0) - (droppedByServer ?? 0) - droppedByGenerator).toBe(injected.lost);
    expect(injected.lost).toBeGreaterThan(30);
    expect(accountedFor(trial)).toBe(2000);
  });

  test('answers nothing after the first datagram has lost all, each sent when it was due', async () => {
    let seen = 0;
    const url = await udpServer((datagram, reply) => {
      if (seen++ === 0) reply(datagram);
    });
    const trial = await measureTrial(url, '-c', '1', '-R', '1000', '-n', '300', '-d', '60s', '--timeout', '500ms');
    expect(trial.requests).toMatchObject({ sent: 300, lost: 300, dropped: 0, completed: 0 });
    expect(trial.latencyMicros.response.count).toBe(300);
    expect(trial.latencyMicros.response.p50).toBeGreaterThan(490_000);
  });

  test('delays one reply behind many others has lost none', async () => {
    let seen = 0;
    let held = () => {};
    const url = await udpServer((datagram, reply) => {
      if (++seen === 10) held = () => reply(datagram);
      else reply(datagram);
      if (seen === 1500) held();
    });
    const load = ['-c', '1', '-p', '8', '-n', '2000', '-d', '20s', '--timeout', '10s'];
    const { requests, latencyMicros } = await measureTrial(url, ...load);
    expect(requests).toMatchObject({ sent: 2000, completed: 2000, lost: 0, late: 0, unsolicited: 0, reordered: 1 });
    // In the meantime others were answered nearly 200 times.
    expect(latencyMicros.response.max).toBeGreaterThan(50 * latencyMicros.response.p50);
  });

  test('answers one datagram twice has one duplicate', async () => {
    const sometimes = once(200);
    const url = await udpServer((datagram, reply) => {
      reply(datagram);
      sometimes(
        () => reply(datagram),
        () => undefined,
      );
    });
    const trial = await measureTrial(url, '-c', '2', ...enough);
    expect(trial.requests.duplicated).toBe(1);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test.each([3, 5, 30])('flips a bit of byte %d in one datagram has one corrupted reply', async (at) => {
    const sometimes = once(200);
    const url = await udpServer((datagram, reply) => {
      sometimes(
        () => datagram.writeUInt8(datagram.readUInt8(at) ^ 1, at),
        () => 0,
      );
      reply(datagram);
    });
    const trial = await measureTrial(url, '-c', '3', ...enough);
    expect(trial.requests.corrupted).toBe(1);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test.each([
    ['truncates', (datagram: Buffer) => datagram.subarray(0, 63)],
    ['lengthens', (datagram: Buffer) => Buffer.concat([datagram, Buffer.from('x')])],
    ['empties', () => Buffer.alloc(0)],
  ])('%s one datagram has one corrupted reply', async (_, change) => {
    const sometimes = once(200);
    const url = await udpServer((datagram, reply) => {
      reply(
        sometimes(
          () => change(datagram),
          () => datagram,
        ),
      );
    });
    const trial = await measureTrial(url, '-c', '3', ...enough);
    expect(trial.requests.corrupted).toBe(1);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('does not listen is a failed target, with the errno', async () => {
    const { result, code } = await measure('udp://127.0.0.1:1', '-c', '2', '--open-timeout', '300ms');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toContain('ECONNREFUSED');
  });
});
