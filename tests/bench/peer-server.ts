import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from '../../bench/measure/free-port.ts';
import { until } from '../servers/until.ts';

/**
 * Starts a server that others wrote, on a free port of 127.0.0.1; it ends with the test.
 * @param command returns its program and arguments for a port.
 * @returns the port, on which it listens.
 */
export async function startPeer(command: (port: number) => readonly [string, ...string[]]): Promise<number> {
  const port = await freePort('tcp');
  const [program, ...parameters] = command(port);
  const server = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed = `${printed}${text}`.slice(-2000);
    });
  }
  const ended = once(server, 'exit');
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  await until(`${program} to listen`, async () => {
    if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}: ${printed}`);
    return accepts(port);
  });
  return port;
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
