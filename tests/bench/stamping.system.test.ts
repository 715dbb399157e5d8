import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { whileStamping } from '../../bench/measure/stamping.ts';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import type * as runner from '../../bench/run/runner.ts';
import { send, setOption } from '../../sockets/socket.ts';
import { TimestampedReceiver } from '../../sockets/timestamps.ts';
import { PATIENCE_MS } from '../servers/until.ts';
import { connection, memory, noLibc } from '../sockets/open.ts';
import { configuration } from './configurations.ts';

const { run }: typeof runner = await import(new URL('../../dist/bench/run/runner.js', import.meta.url).href);

/** Reports whether the first packet to a new socket that asks for timestamps has one. */
function firstPacketIsStamped(): boolean {
  const [client, server] = connection();
  setOption(server, 'SO_TIMESTAMPNS', 1);
  const receiver = new TimestampedReceiver(memory(8));
  try {
    send(client, memory(8), 0, 1);
    // On a busy machine, the kernel may deliver it later.
    for (const end = Date.now() + PATIENCE_MS; receiver.receive(server) <= 0 && Date.now() < end; );
    return receiver.seconds > 0;
  } finally {
    receiver.free();
  }
}

/** Returns the number of sockets that this process has open. */
function openSockets(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      // The descriptor with which the folder was read.
      return false;
    }
  }).length;
}

describe.skipIf(noLibc)('the kernel stamps even the first packets', () => {
  test('of sockets opened during the work, whose result is returned', async () => {
    expect(await whileStamping(async () => firstPacketIsStamped())).toBe(true);
  });

  test('of every trial of a run', async () => {
    const before = openSockets();
    const seen: { stamped: boolean; sockets: number }[] = [];
    const one: RunConfiguration = {
      ...configuration,
      targets: [{ kind: 'model', model: 'async' }],
      transports: ['tcp'],
      connections: [1],
      ...{ rounds: 2, requests: 10, durationMs: 60_000, warmupMs: 0 },
    };
    const observer = {
      progress: ({ phase }: { readonly phase: string }) => {
        if (phase === 'starting') seen.push({ sockets: openSockets(), stamped: firstPacketIsStamped() });
      },
      saved: () => undefined,
    };
    const { trials } = await run(one, observer, new AbortController().signal);
    expect(trials.map(({ timestamps }) => timestamps)).toEqual(['kernel', 'kernel']);
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen.filter(({ stamped }) => !stamped)).toEqual([]);
    // Other programs may have the kernel stamp packets: the run has a socket of its own for that, from its beginning.
    expect(seen[0]?.sockets).toBe(before + 1);
  });
});
