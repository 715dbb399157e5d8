import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LINE_LIMIT } from '../../servers/apps/chat.ts';
import { type Holdings, holdings } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { soon, until } from '../servers/until.ts';
import { servesInProcesses } from './cells.ts';
import { Chatter, Chatters } from './chatters.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { nothingLeft } from './nothing-left.ts';
import { serve } from './serve.ts';
import { serverHasClosed } from './standstill.ts';
import { stopsPromptly } from './stops-promptly.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

/** Maximum of clients in the room, of which each sends {@link LINES}. */
const CLIENTS = 12;
const LINES = 100;
/** Maximum sent to a client that reads nothing: more than all buffers on the way hold, even with a balancer. */
const TOO_MUCH = 64 * 2 ** 20;
const STEP = 256 * 1024;
/** Bytes between two looks at whether the server has closed: a look costs as much as a megabyte. */
const LOOK = 16 * STEP;
/** Sent in one burst: less than what may wait for a client. */
const LAST_BYTES = 2 ** 19;

/** Tests clients that reach each other, over streams. One server process for all tests. */
export function describeChat({ model, app, transport }: Subject): void {
  const clients = Math.min(CLIENTS, clientsAtOnce(model).count / 2);
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
    idle = holdings(server.pid);
  });
  afterAll(() => server?.kill());

  const enter = (count: number) => Chatters.enter(server.address, transport, count);

  test('concurrent lines, each split in two, reach all others once, in one order, and not their sender', async () => {
    await using room = await enter(clients);
    const lineOf = (i: number, k: number) => `${i}:${k} ${'x'.repeat((i * k) % 97)}`;
    for (let k = 0; k < LINES; k++) {
      room.all.forEach((chatter, i) => {
        chatter.send(lineOf(i, k).slice(0, k % 7));
      });
      room.all.forEach((chatter, i) => {
        chatter.send(`${lineOf(i, k).slice(k % 7)}\n`);
      });
    }
    const received = await Promise.all(room.all.map((chatter) => chatter.received((clients - 1) * LINES)));
    const numbers = [...Array(LINES).keys()];
    received.forEach((lines, i) => {
      const sent = room.all.map((_, j) => numbers.map((k) => lineOf(j, k)));
      const bySender = room.all.map((_, j) => lines.filter((line) => line.startsWith(`${j}:`)));
      expect(bySender, `lines that client ${i} received`).toEqual(sent.map((all, j) => (j === i ? [] : all)));
      expect(lines, `client ${i} received nothing else`).toHaveLength((clients - 1) * LINES);
    });
    // No client receives its own lines. Of the others' lines, both must have the same.
    const others = (lines: readonly string[], a: number, b: number) =>
      lines.filter((line) => !line.startsWith(`${a}:`) && !line.startsWith(`${b}:`));
    for (let a = 0; a < clients; a++) {
      for (let b = 0; b < a; b++) {
        expect(others(received[a] ?? [], a, b), `${a} and ${b} received the same`).toEqual(
          others(received[b] ?? [], a, b),
        );
      }
    }
  });

  test('a line that is split anywhere is received whole, without other lines in the middle of it', async () => {
    await using room = await enter(3);
    const [cutting, other, witness] = [room.at(0), room.at(1), room.at(2)];
    for (const [i, line] of ['a', 'hello', 'with a return\r', ''].entries()) {
      for (const character of line) cutting.send(character);
      other.send(`meanwhile ${i}\n`);
      await witness.received(2 * i + 1);
      cutting.send('\n');
      expect((await witness.received(2 * i + 2)).slice(2 * i)).toEqual([`meanwhile ${i}`, line]);
    }
  });

  test('a line of the maximum length is received whole', async () => {
    await using room = await enter(3);
    const line = 'x'.repeat(LINE_LIMIT - 1);
    room.at(0).send(`${line}\n`);
    for (const i of [1, 2]) expect(await room.at(i).received(1)).toEqual([line]);
  });

  test('a client whose line is too long receives all earlier lines, then FIN, and the others continue', async () => {
    await using room = await enter(3);
    const [rambler, other, witness] = [room.at(0), room.at(1), room.at(2)];
    const lines = Array.from({ length: LAST_BYTES / 1024 }, (_, i) => `${i} `.padEnd(1023, 'x'));
    rambler.client.socket.pause();
    other.send(`${lines.join('\n')}\n`);
    await witness.received(lines.length);
    // More than a server reads at once: unread bytes would turn its FIN into a reset.
    rambler.send('x'.repeat(16 * LINE_LIMIT));
    rambler.client.socket.resume();
    await until('it to be disconnected', () => rambler.gone);
    expect(rambler.lines.length, 'lines received').toBe(lines.length);
    expect(rambler.lines).toEqual(lines);
    expect(rambler.client.socket.readableEnded, 'FIN and no reset').toBe(true);
    other.send('we continue\n');
    expect((await witness.received(lines.length + 1)).at(-1)).toBe('we continue');
  });

  test('an unfinished last line is received as a line, and its sender receives FIN', async () => {
    await using room = await enter(3);
    room.at(0).send('first\nlast');
    room.at(0).client.finish();
    for (const i of [1, 2]) expect(await room.at(i).received(2)).toEqual(['first', 'last']);
    await until('FIN', () => room.at(0).gone);
  });

  test('many lines sent just before FIN are all received', async () => {
    await using room = await enter(3);
    const lines = Array.from({ length: LAST_BYTES / 1024 }, (_, i) => `${i} `.padEnd(1023, 'x'));
    room.at(0).send(lines.join('\n'));
    room.at(0).client.finish();
    for (const i of [1, 2]) expect(await room.at(i).received(lines.length)).toEqual(lines);
  });

  test.each(['reset', 'finish'] as const)(
    'a client that leaves by %s does not affect the others',
    async (departure) => {
      await using room = await enter(4);
      room.at(0).send('in the middle of');
      await room.at(0).client[departure]();
      await until('it to be gone', () => room.at(0).gone);
      room.at(1).send('we continue\n');
      room.at(1).send('and on\n');
      for (const i of [2, 3]) {
        await until('all lines', () => room.at(i).lines.includes('and on'));
        expect(room.at(i).lines.filter((line) => line !== 'in the middle of')).toEqual(['we continue', 'and on']);
      }
    },
  );

  test('a client that joins later receives the lines sent from then on', async () => {
    await using room = await enter(2);
    room.at(0).send('before\n');
    await room.at(1).received(1);
    await using more = await enter(2);
    room.at(0).send('after\n');
    for (const chatter of more.all) expect(await chatter.received(1)).toEqual(['after']);
  });

  test('a client that does not read is disconnected in the end, and the others receive everything', async () => {
    await using room = await Chatters.enter(server.address, transport, 3, (address, _, i) =>
      i === 2 ? StreamClient.connectNarrow(address, transport) : StreamClient.connect(address, transport),
    );
    const [sender, witness, slow] = [room.at(0), room.at(1), room.at(2)];
    slow.client.socket.pause();
    const line = 'x'.repeat(1023);
    const step = `${line}\n`.repeat(STEP / 1024);
    // Not visible for a balancer's clients: their connections end when the bytes on the way have been read.
    const isClosed = () => model !== 'balanced' && serverHasClosed(slow.client.port);
    for (let sent = 0; sent < TOO_MUCH && !(sent > 0 && sent % LOOK === 0 && isClosed()); sent += STEP) {
      sender.send(step);
      await witness.received(STEP / 1024);
      expect(witness.lines.splice(0)).toEqual(Array.from({ length: STEP / 1024 }, () => line));
    }
    slow.client.socket.resume();
    await until('the slow reader to be cut off', () => slow.gone);
    expect(slow.lines.length).toBeLessThan(TOO_MUCH / 1024);
    expect(slow.lines.every((received) => received === line)).toBe(true);
    witness.send('we are still here\n');
    expect(await sender.received(1)).toEqual(['we are still here']);
  });

  test.runIf(servesInProcesses(model))('clients are served by different processes', async () => {
    // Otherwise a process may close sockets of earlier clients, and hide that it serves a new one.
    await nothingLeft(server, idle, 2 * clients);
    const before = socketsByProcess(server);
    await using room = await enter(clients);
    const serving = [...socketsByProcess(server)].filter(
      ([pid, count]) => pid !== server.pid && count > (before.get(pid) ?? 0),
    );
    expect(serving.length, 'processes that serve them').toBeGreaterThanOrEqual(
      model === 'process-per-connection' ? clients : 2,
    );
    expect(room.all.every(({ gone }) => !gone)).toBe(true);
  });

  test('clients leave nothing behind', () => nothingLeft(server, idle, 2 * clients));

  test('SIGTERM ends the server promptly, with clients in the room', async () => {
    await using room = await enter(2);
    await using silent = await StreamClient.connect(server.address, transport);
    const chatter = new Chatter(silent);
    await stopsPromptly(server);
    await soon(
      'its clients to notice',
      until('the end', () => room.all.every(({ gone }) => gone) && chatter.gone),
    );
  });
}

/** Returns the number of sockets of each process of a server. */
function socketsByProcess(server: ServerProcess): Map<number, number> {
  return new Map(
    server.tree().map(({ pid }) => [pid, descriptors(pid).filter((link) => link.startsWith('socket:')).length]),
  );
}

/** Returns the open descriptors of a process, or none when it has ended. */
function descriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

/** Returns the target of a link, or nothing when the link is gone. */
function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}
