import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LINE_LIMIT } from '../../servers/apps/chat.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { Chatters } from '../conformance/chatters.ts';
import { unreadBytes, uploadStands } from '../conformance/standstill.ts';
import { holdings, isAsleep, isRunning, processTree } from './process-tree.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

/**
 * More than the server reads at once (64 KiB), and less than its socket buffers unread (net.core.wmem_default, 208
 * KiB).
 */
const LINES = 128;
/** More than all buffers on the way hold. */
const FLOOD = 64 * 2 ** 20;
/** How long the server is stopped, in checks of the sending process: long enough for a Node process to end. */
const LOOKS = 50;

describe.skipIf(whyUnavailable('process-per-connection'))('process-per-connection', () => {
  test('a client’s last lines are delivered, even when the relaying process is stopped', async () => {
    const server = await ServerProcess.start({ model: 'process-per-connection', transport: 'tcp', app: 'chat' });
    onTestFinished(() => server.kill());
    await using room = await Chatters.enter(server.address, 'tcp', 3);
    const senders = processTree(server.pid).filter(({ pid }) => pid !== server.pid);
    const lines = Array.from({ length: LINES }, (_, i) => `${i} `.padEnd(1023, 'x'));

    process.kill(server.pid, 'SIGSTOP');
    room.at(0).send(`${lines.join('\n')}\n`);
    room.at(0).client.finish();
    // Gives the sending process time to end before all its lines were relayed, which would be wrong.
    for (let i = 0; i < LOOKS && senders.every(isRunning); i++) await sleep(10);
    process.kill(server.pid, 'SIGCONT');

    for (const i of [1, 2]) expect(await room.at(i).received(LINES)).toEqual(lines);
  });

  test('a client is not read while the relaying process is stopped', async () => {
    const server = await ServerProcess.start({ model: 'process-per-connection', transport: 'tcp', app: 'chat' });
    onTestFinished(() => server.kill());
    await using room = await Chatters.enter(server.address, 'tcp', 2);
    const { client } = room.at(0);
    const isStopped = () => uploadStands({ clientPort: client.port, serverPid: server.pid });

    process.kill(server.pid, 'SIGSTOP');
    room.at(0).send(`${'x'.repeat(1023)}\n`.repeat(FLOOD / 1024));
    // Repeated, because a process that continues to read may sleep for a moment.
    for (let i = 0; i < LOOKS / 2; i++) await until('its process to stop reading', isStopped);
  });

  test('after its client’s reset, a process sleeps until its last line has been relayed', async () => {
    const server = await ServerProcess.start({ model: 'process-per-connection', transport: 'tcp', app: 'chat' });
    onTestFinished(() => server.kill());
    await using room = await Chatters.enter(server.address, 'tcp', 2);
    const others = processTree(server.pid).filter(({ pid }) => pid !== server.pid);
    const sockets = () => others.reduce((sum, { pid }) => sum + holdings(pid).sockets, 0);
    const talking = sockets();

    process.kill(server.pid, 'SIGSTOP');
    room.at(0).send('the last line\n');
    await room.at(0).client.reset();
    // A thread that spins is never found asleep, even if it seldom runs.
    for (let i = 0; i < LOOKS; i++) await until('both to sleep', () => others.every(isAsleep));
    process.kill(server.pid, 'SIGCONT');

    expect(await room.at(1).received(1)).toEqual(['the last line']);
    // The socket of its client, and its link to the others.
    await until('the process to wait for another client', () => sockets() === talking - 2);
  });

  test('a client that is disconnected for a long line first receives all earlier lines', async () => {
    const server = await ServerProcess.start({ model: 'process-per-connection', transport: 'tcp', app: 'chat' });
    onTestFinished(() => server.kill());
    await using room = await Chatters.enter(server.address, 'tcp', 3);
    const processes = processTree(server.pid);
    const [rambler, other, witness] = [room.at(0), room.at(1), room.at(2)];
    const lines = Array.from({ length: 4 * LINES }, (_, i) => `${i} `.padEnd(1023, 'x'));

    rambler.client.socket.pause();
    other.send(`${lines.join('\n')}\n`);
    await witness.received(lines.length);
    // Lines that its process takes after the long one are not earlier ones.
    const { port, socket } = rambler.client;
    await until('its process to have sent all lines', () => {
      return unreadBytes(port) + socket.readableLength >= lines.length * 1024 && processes.every(isAsleep);
    });
    rambler.send('x'.repeat(16 * LINE_LIMIT));
    // Gives its process time to end and lose what its socket has not delivered yet.
    for (let i = 0; i < LOOKS / 2 && processes.every(isRunning); i++) await sleep(10);
    rambler.client.socket.resume();

    await until('it to be disconnected', () => rambler.gone);
    expect(rambler.lines.length, 'lines received').toBe(lines.length);
    expect(rambler.lines).toEqual(lines);
    expect(rambler.client.socket.readableEnded, 'FIN and no reset').toBe(true);
  });
});
