import { expect, test } from 'vitest';
import { HttpConnection } from '../../bench/load/engines/http-connection.ts';
import { tcpServer } from './measured.ts';

test('a broken connection requests no more work', async () => {
  const url = new URL(await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
  let asked = 0;
  const nothing = () => undefined;
  const owner = {
    ...{ connected: nothing, unasked: nothing, replied: nothing, said: nothing, broke: nothing },
    sends: () => ++asked === 1,
    awaits: () => true,
  };
  const spec = {
    address: { host: url.hostname, port: Number(url.port) },
    exchange: { host: url.host, path: '/', page: null },
    ...{ pipelining: 1, timeoutMs: 30_000, secureContext: undefined },
  };
  const broke = await new Promise<HttpConnection>((resolve) => {
    const connection = new HttpConnection(spec, 0, { ...owner, broke: () => resolve(connection) });
    connection.open();
  });
  const before = asked;
  broke.fill();
  expect(before).toBeGreaterThan(0);
  expect(asked).toBe(before);
});
