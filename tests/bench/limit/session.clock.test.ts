import { once } from 'node:events';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { holdConnections } from '../../../bench/lab/limit/held-connections.ts';
import { CReference } from '../../../bench/lab/limit/reference.ts';
import type { LimitRow } from '../../../bench/lab/limit/row.ts';
import { type LimitObserver, measureRows } from '../../../bench/lab/limit/session.ts';
import { getAffinity } from '../../../sockets/os/cpu.ts';
import { whyMissing } from '../../requirements.ts';

const whereCompiled = test.skipIf(whyMissing('cc'));

/** Returns a row that measures nothing real, and logs the calls to it. */
function fakeRow(name: string, log: string[], measure: (round: number) => number): LimitRow {
  return {
    name,
    title: name,
    figures: { it: { title: 'it', unit: 'count', atLeast: 2 } },
    async prepare() {
      log.push(`prepare ${name}`);
      let round = 0;
      return {
        notes: [],
        measure: async () => ({ it: measure(++round) }),
        close: async () => void log.push(`close ${name}`),
      };
    },
  };
}

function observer(log: string[]): LimitObserver {
  return {
    measured: ({ name }, round, { it }) => log.push(`${name} ${round}: ${it}`),
    failed: ({ name }, error) => log.push(`${name} failed: ${(error as Error).message}`),
  };
}

describe('a session', () => {
  whereCompiled('measures row after row, and continues after one that fails', async () => {
    const log: string[] = [];
    const failing = fakeRow('b', log, (round) => {
      if (round === 2) throw new Error('its server died');
      return round;
    });
    const rows = [fakeRow('a', log, (round) => round), failing, fakeRow('c', log, () => 7)];
    const { verdicts } = await measureRows(
      { rows, rounds: 3, seconds: 1, seed: 1 },
      observer(log),
      new AbortController().signal,
    );
    expect(log).toEqual([
      ...['prepare a', 'a 1: 1', 'a 2: 2', 'a 3: 3', 'close a'],
      ...['prepare b', 'b 1: 1', 'close b', 'b failed: its server died'],
      ...['prepare c', 'c 1: 7', 'c 2: 7', 'c 3: 7', 'close c'],
    ]);
    expect(verdicts).toMatchObject([
      { name: 'a', rounds: 3, notes: [], figures: [{ median: 2, outcome: 'met' }] },
      { name: 'b', rounds: 1, notes: ['failed: its server died'], figures: [{ median: 1, outcome: 'missed' }] },
      { name: 'c', rounds: 3, notes: [], figures: [{ median: 7, outcome: 'met' }] },
    ]);
  });

  whereCompiled('skips a row whose program is missing', async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    const log: string[] = [];
    const hiding = fakeRow('a', log, (round) => {
      vi.stubEnv('PATH', '/nowhere');
      return round;
    });
    const rows: LimitRow[] = [hiding, { ...fakeRow('b', log, () => 7), needs: ['openssl'] }];
    const plan = { rows, rounds: 1, seconds: 1, seed: 1 };
    const { verdicts } = await measureRows(plan, observer(log), new AbortController().signal);
    expect(log).toEqual(['prepare a', 'a 1: 1', 'close a']);
    expect(verdicts[1]).toMatchObject({ name: 'b', rounds: 0, notes: [expect.stringMatching(/^skipped: openssl /)] });
  });

  whereCompiled('that is aborted ends after the current round', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const aborting = fakeRow('a', log, (round) => {
      if (round === 2) controller.abort();
      return round;
    });
    const rows = [aborting, fakeRow('b', log, () => 7)];
    const plan = { rows, rounds: 3, seconds: 1, seed: 1 };
    const { verdicts } = await measureRows(plan, observer(log), controller.signal);
    expect(log).toEqual(['prepare a', 'a 1: 1', 'a 2: 2', 'close a']);
    expect(verdicts).toMatchObject([{ name: 'a', rounds: 2 }]);
  });
});

whereCompiled('connections are held by a separate process, and counted', async () => {
  const [cpu = 0] = getAffinity(0);
  const reference = new CReference();
  onTestFinished(() => reference.dispose());
  const server = await reference.serveEcho(cpu);
  onTestFinished(() => server.stop());
  const held = await holdConnections(server.port, 100, cpu);
  expect(held.answered).toBe(100);
  expect(held.openingSeconds).toBeGreaterThan(0);
  expect(held.residentBytesBefore).toBeGreaterThan(10e6);
  expect(held.residentBytesAfter).toBeGreaterThan(held.residentBytesBefore);
});

whereCompiled('a server that does not start is an error that contains its stderr', async () => {
  const [cpu = 0] = getAffinity(0);
  const reference = new CReference();
  onTestFinished(() => reference.dispose());
  const starting = reference.listen('tcp', () => ['sockbench-no-such-tool'], cpu);
  await expect(starting).rejects.toMatchObject({
    message: 'sockbench-no-such-tool ended before it was ready',
    stderr: [expect.stringContaining('No such file')],
  });
});

whereCompiled('the server of WebSocket echo in C serves a client that others wrote', async () => {
  const [cpu = 0] = getAffinity(0);
  const reference = new CReference();
  onTestFinished(() => reference.dispose());
  const server = await reference.serveWebSocketEcho(cpu);
  onTestFinished(() => server.stop());
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  for (const length of [0, 1, 125, 126, 10_000]) {
    const sent = Buffer.alloc(length, 'sockbench');
    socket.send(sent);
    const [received] = await once(socket, 'message');
    expect(received).toEqual(sent);
  }
  socket.ping('still there?');
  expect(String((await once(socket, 'pong'))[0])).toBe('still there?');
  socket.close(1000);
  expect((await once(socket, 'close'))[0]).toBe(1000);
});

whereCompiled('the CPU time of a program that ran is known, and a failed one is an error', async () => {
  const [cpu = 0] = getAffinity(0);
  const reference = new CReference();
  onTestFinished(() => reference.dispose());
  const { output, cpuMicros } = await reference.runPeer(['sh', '-c', 'echo one'], cpu, 10_000);
  expect(output).toBe('one\n');
  expect(cpuMicros).toBeGreaterThan(0);
  await expect(reference.runPeer(['sh', '-c', 'exit 3'], cpu, 10_000)).rejects.toThrow('sh ended with 3');
});
