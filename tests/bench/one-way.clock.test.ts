import { expect, test } from 'vitest';
import { expectRate, measureTrial, tcpServer, udpServer } from './measured.ts';

test('an upload stops when the server does not read, and unread bytes are not counted', async () => {
  const url = await tcpServer((socket) => void socket.pause());
  const trial = await measureTrial(url, '--workload', 'upload', '-c', '1', '--warmup', '300ms', '-d', '500ms');
  expect(trial.throughput.bytesPerSecond).toBeLessThan(1e7);
});

test('one-way datagrams are sent at a rate, numbered in sequence', async () => {
  const numbers: number[] = [];
  const url = await udpServer((datagram) => void numbers.push(datagram.readUInt32LE(4)));
  const trial = await measureTrial(url, '--workload', 'upload', '-c', '1', '-R', '500', '-d', '1s');
  expectRate(trial, 500, 1);
  expect(trial.requests.completed + (trial.requests.lost ?? 0)).toBe(trial.requests.sent);
  expect(numbers.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(trial.latencyMicros.scheduleLag?.count).toBe(trial.requests.sent);
});

test('datagrams that a socket dropped during the warm-up do not count as lost', async () => {
  // 800 go to a server that reads nothing for 400 ms and whose socket has room for a few hundred; 1,000 more follow.
  let stalled = false;
  let received = 0;
  let highest = 0;
  const url = await udpServer((datagram) => {
    received++;
    highest = Math.max(highest, datagram.readUInt32LE(4));
    if (!stalled) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    stalled = true;
  });
  const load = ['-c', '1', '--size', '1000', '-R', '2000', '--warmup', '600ms', '-d', '500ms'];
  const trial = await measureTrial(url, '--workload', 'upload', ...load);
  // Datagrams that never arrived and are not reported as lost were dropped in the warm-up.
  expect(highest + 1 - received - (trial.requests.lost ?? 0)).toBeGreaterThan(300);
  expect(trial.datagrams?.droppedByServer).toBe(trial.requests.lost);
});
