import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../../bench/measure/free-port.ts';
import { until } from '../servers/until.ts';

/**
 * Starts a server that others wrote, on a free port of 127.0.0.1, before the first test of a file or `describe`. It
 * ends after the last.
 * @param command returns its program and arguments for a port. It may write to the folder, which is removed in the end.
 * @returns a function that returns the port, on which it listens.
 */
export function peer(command: (port: number, folder: string) => readonly [string, ...string[]]): () => number {
  let port = 0;
  const clean: (() => unknown)[] = [];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockbench-peer-'));
    clean.push(() => rmSync(folder, { recursive: true, force: true }));
    port = await freePort('tcp');
    const [program, ...parameters] = command(port, folder);
    const server = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(server, 'exit');
    clean.unshift(() => server.kill('SIGKILL') && ended);
    let printed = '';
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed = `${printed}${text}`.slice(-2000);
      });
    }
    await until(`${program} to listen`, async () => {
      if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}: ${printed}`);
      return accepts(port);
    });
  });
  afterAll(async () => {
    for (const step of clean) await step();
  });

  return () => port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
