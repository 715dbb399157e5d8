import { expect, onTestFinished, test } from 'vitest';
import { isIdle } from '../servers/process-tree.ts';
import { until } from '../servers/until.ts';
import { patternBytes } from './bytes.ts';
import { DatagramClient } from './datagram-client.ts';
import { serve } from './serve.ts';
import type { Subject } from './subject.ts';

const SIZES = [0, 1, 3, 1400, 65_507];
/** Small enough for the default socket buffer of 208 KiB (rmem_default), so that no datagram is lost. */
const BURST = 50;

/** Tests a server that acknowledges each datagram. */
export function describeAckDatagrams({ model, app, transport }: Subject): void {
  test('each datagram is acknowledged once, to its sender', async () => {
    const server = await serve({ model, app, transport });
    onTestFinished(() => server.kill());
    await using one = await DatagramClient.connect(server.address);
    await using other = await DatagramClient.connect(server.address);
    for (const client of [one, other]) {
      for (const size of SIZES) expect((await client.exchange(patternBytes(1, 0, size))).toString()).toBe('ACK');
    }
    for (let i = 0; i < BURST; i++) await one.send(patternBytes(2, i, 20));
    await one.count(SIZES.length + BURST);
    await until('the server to do nothing any more', () => isIdle(server.pid));
    expect(one.received.map(String)).toEqual(Array.from({ length: SIZES.length + BURST }, () => 'ACK'));
    expect(other.received.length, 'answers to the other').toBe(SIZES.length);
  });
}
