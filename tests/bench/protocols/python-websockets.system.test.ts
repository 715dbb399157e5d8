import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { COMPLETE, READY } from '../../../bench/load/protocols/protocol.ts';
import { WebSocketProtocol } from '../../../bench/load/protocols/websocket.ts';
import { parseSizes } from '../../../bench/model/message-sizes.ts';
import { whyMissing } from '../../requirements.ts';
import { StreamClient } from './stream-client.ts';
import { scope } from './talk.ts';

/** Echoes each message, every third one in two fragments. Prints its port, and ends with its input. */
const SERVER = `
import asyncio, os, sys, websockets

async def echo(client):
    async for message in client:
        middle = len(message) // 2
        await client.send([message[:middle], message[middle:]] if len(message) % 3 == 0 else message)

async def main():
    server = await websockets.serve(echo, '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)

asyncio.run(main())
`;

async function serve(): Promise<number> {
  // Debian's Python has Debian's packages. Its log is ignored: it reports each client that sends no close frame.
  const python = spawn('/usr/bin/python3', ['-c', SERVER], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(async () => {
    python.stdin.end();
    if (python.exitCode === null) await once(python, 'exit');
  });
  const [line] = await once(python.stdout, 'data');
  return Number(line);
}

describe.skipIf(whyMissing('websockets'))("Python's websockets", () => {
  test.each([
    { text: false, deflate: false },
    { text: true, deflate: false },
    { text: false, deflate: true },
    { text: true, deflate: true },
  ])('echoes messages: %j', async (form) => {
    const stream = connect(await serve(), '127.0.0.1');
    onTestFinished(() => {
      stream.destroy();
    });
    await once(stream, 'connect');
    const sizes = parseSizes('1-300:0.7,50-70000');
    const protocol = new WebSocketProtocol({ host: 'a', path: '/', sizes, ...form }, scope);
    const events = await new StreamClient(protocol, stream, 60).converse();
    expect(events).toEqual([`${READY}`, ...Array(60).fill(`${COMPLETE}`)]);
    expect(protocol.notes).toEqual([]);
  });
});
