import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/catalog.ts';
import { Chatters } from '../conformance/chatters.ts';
import { isRunning, processTree } from './process-tree.ts';
import { ServerProcess } from './server-process.ts';

/** More than the server reads at once (64 KiB), and less than its socket takes unread (net.core.wmem_default, 208 KiB). */
const LINES = 128;
/** How long the server is held, in looks at the speaker's process: long enough for a process of Node to end. */
const LOOKS = 50;

describe.skipIf(whyUnavailable('process-per-connection'))('process-per-connection', () => {
  test('what a client says last is heard, however late the process comes to it that repeats it', async () => {
    const server = await ServerProcess.start({ model: 'process-per-connection', transport: 'tcp', app: 'chat' });
    onTestFinished(() => server.kill());
    await using room = await Chatters.enter(server.address, 'tcp', 3);
    const speakers = processTree(server.pid).filter(({ pid }) => pid !== server.pid);
    const lines = Array.from({ length: LINES }, (_, i) => `${i} `.padEnd(1023, 'x'));

    process.kill(server.pid, 'SIGSTOP');
    room.at(0).say(`${lines.join('\n')}\n`);
    room.at(0).client.finish();
    // Time in which the speaker's process could go before all it said was repeated; it had better not.
    for (let i = 0; i < LOOKS && speakers.every(isRunning); i++) await sleep(10);
    process.kill(server.pid, 'SIGCONT');

    for (const i of [1, 2]) expect(await room.at(i).heard(LINES)).toEqual(lines);
  });
});
