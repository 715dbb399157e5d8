import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { calibrationCases, isWithin } from '../../bench/lab/calibrate/cases.ts';
import { type Impairments, unimpaired } from '../../bench/lab/calibrate/impairments.ts';
import type { Result } from '../../bench/model/result.ts';
import { sockbench } from '../cli/program.ts';
import { PATIENCE_MS } from '../servers/until.ts';
import { accountedFor } from './measured.ts';

// The servers and loads are threads that run compiled code.
const built = new URL('../../dist/bench/lab/calibrate/', import.meta.url).href;
const { calibrateCase } = (await import(
  `${built}calibration.js`
)) as typeof import('../../bench/lab/calibrate/calibration.ts');
const { startImpairingServer } = (await import(
  `${built}impairing-server.js`
)) as typeof import('../../bench/lab/calibrate/impairing-server.ts');

const cases = calibrationCases({
  delayMs: 400,
  stallMs: 2000,
  datagramsMs: 2500,
  // Slow enough for a busy machine.
  datagramsPerSecond: 2000,
  oneSocketMs: 2500,
});

/** Runs one case for a short time. */
async function shown(name: string) {
  const each = cases.find((one) => one.name === name);
  if (each === undefined) throw new Error(`no such case: ${name}`);
  const results: Result[] = [];
  const observer = { progress: () => undefined, saved: (result: Result) => void results.push(result) };
  const readings = await calibrateCase(each, observer, new AbortController().signal);
  const trial = results.at(-1)?.trials[0];
  if (trial === undefined) throw new Error('nothing was measured');
  return { readings, trial };
}

describe('the report matches the injected fault:', () => {
  test.each(['delay-1ms', 'delay-5ms', 'delay-20ms'])('%s', async (name) => {
    const { readings } = await shown(name);
    expect(readings).toHaveLength(1);
    for (const { injected, reported } of readings) {
      // Never less. How much more depends on other processes. The clocks agree to a microsecond.
      expect(reported).toBeGreaterThanOrEqual(injected - 1);
    }
  });

  test('a stall appears in the response times of all requests that arrived during it', async () => {
    const { readings, trial } = await shown('stall');
    expect(readings.map(({ injected }) => injected)).toEqual([100_000, 180_000, 198_000]);
    // A busy machine may add to it.
    for (const { injected, reported } of readings) expect(reported).toBeGreaterThan(0.7 * injected);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('lost, duplicated, reordered and corrupted datagrams are counted exactly', async () => {
    const { readings, trial } = await shown('datagrams');
    expect(readings.map(({ what }) => what)).toHaveLength(4);
    for (const reading of readings) expect([reading, isWithin(reading)]).toEqual([reading, true]);
    expect(readings[0]?.injected).toBeGreaterThan(100);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });
});

test('a lost datagram does not delay others on one socket at a rate without pipelining', async () => {
  const { readings, trial } = await shown('one-socket');
  const [lost, duplicated, reordered, dropped] = readings;
  for (const reading of [duplicated, reordered, dropped])
    expect([reading, reading && isWithin(reading)]).toEqual([reading, true]);
  // Datagrams that a busy machine dropped from full socket buffers are counted, too.
  const { droppedByServer, droppedByGenerator } = trial.datagrams ?? { droppedByServer: 0, droppedByGenerator: 0 };
  expect(lost?.reported).toBe((lost?.injected ?? 0) + (droppedByServer ?? 0) + droppedByGenerator);
  expect(lost?.injected).toBeGreaterThan(100);
  expect(trial.requests).toMatchObject({ errors: 0, late: 0 });
  expect(accountedFor(trial)).toBe(trial.requests.sent);
});

describe('the impairing server', () => {
  const start = async (impairments: Partial<Impairments>, transport: 'tcp' | 'udp') => {
    const server = await startImpairingServer({ ...unimpaired, ...impairments }, { transport });
    onTestFinished(() => server.stop());
    return server;
  };

  /** Sends requests with the generator's header, and collects `replies` replies. */
  async function exchange(port: number, sequences: readonly number[], replies: number): Promise<Buffer[]> {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    const received: Buffer[] = [];
    socket.on('message', (message) => received.push(message));
    for (const sequence of sequences) {
      const request = Buffer.alloc(32, 'a');
      request.writeInt32LE(7 ^ Math.imul(sequence, 0x9e3779b1), 0);
      request.writeInt32LE(sequence, 4);
      await new Promise((resolve) => socket.send(request, port, '127.0.0.1', resolve));
    }
    while (received.length < replies) await once(socket, 'message');
    return received;
  }

  test('echoes when no impairment is set', async () => {
    const { address, injected } = await start({}, 'udp');
    const replies = await exchange(address.port, [0, 1, 2], 3);
    expect(replies.map((reply) => reply.readInt32LE(4))).toEqual([0, 1, 2]);
    expect(injected()).toEqual({ lost: 0, duplicated: 0, reordered: 0, corrupted: 0 });
  });

  test('never drops a peer’s first datagram, and drops the others', async () => {
    const { address, injected } = await start({ loss: 1 }, 'udp');
    const replies = await exchange(address.port, [1, 2, 0], 1);
    expect(replies.map((reply) => reply.readInt32LE(4))).toEqual([0]);
    await expect.poll(() => injected().lost, { timeout: PATIENCE_MS }).toBe(2);
  });

  test('duplicates datagrams', async () => {
    const { address } = await start({ duplication: 1 }, 'udp');
    const replies = await exchange(address.port, [1, 2], 4);
    expect(replies.map((reply) => reply.readInt32LE(4))).toEqual([1, 1, 2, 2]);
  });

  test('swaps two datagrams', async () => {
    const { address, injected } = await start({ reordering: 1 }, 'udp');
    const replies = await exchange(address.port, [1, 2, 3, 4], 4);
    expect(replies.map((reply) => reply.readInt32LE(4))).toEqual([2, 1, 4, 3]);
    await expect.poll(() => injected().reordered, { timeout: PATIENCE_MS }).toBe(2);
  });

  test('sends a held datagram without a successor in time and does not count it as reordered', async () => {
    const { address, injected } = await start({ reordering: 1 }, 'udp');
    expect(await exchange(address.port, [1], 1)).toHaveLength(1);
    expect(injected().reordered).toBe(0);
  });

  test('flips one bit', async () => {
    const { address } = await start({ corruption: 1 }, 'udp');
    const [reply] = await exchange(address.port, [1], 1);
    const bits = [...(reply ?? [])].slice(8).map((byte) => (byte ^ 97).toString(2).replaceAll('0', '').length);
    expect(bits.reduce((sum, ones) => sum + ones, 0)).toBe(1);
  });

  test('delays replies over TCP', async () => {
    const { address } = await start({ delayMicros: 50_000 }, 'tcp');
    const socket = connect(address.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    const begin = performance.now();
    socket.write('hello');
    const [bytes] = await once(socket, 'data');
    expect(String(bytes)).toBe('hello');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(49.5);
  });
});

describe('doctor', () => {
  test('reports on this machine, with advice for each finding that is not fine', async () => {
    const { code, stdout } = await sockbench('doctor', '--json');
    expect(code).toBe(0);
    const { findings } = JSON.parse(stdout) as { findings: { what: string; verdict: string; advice: string }[] };
    expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['Node', 'CPUs', 'timed waits']));
    for (const { verdict, advice } of findings) expect(advice === '').toBe(verdict === 'fine');
  });

  test('prints the calibration as a table and a sentence', async () => {
    const { code, stdout } = await sockbench('doctor', '--calibrate', '-d', '5s', '-q');
    // On a busy machine some may be off.
    expect([0, 3]).toContain(code);
    expect(stdout.match(/^(service|response|datagrams) .* (ok|OFF)$/gm)).toHaveLength(14);
    expect(stdout).toMatch(code === 0 ? /reports what was injected/ : /readings are off/);
  });
});
