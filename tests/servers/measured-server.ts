import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { isRunning, processTree } from './process-tree.ts';
import { soon } from './until.ts';

const program = fileURLToPath(new URL('./closing.mjs', import.meta.url));
const catalog = new URL('../../dist/servers/model-catalog.js', import.meta.url).href;

/** Bytes that a server's process holds: native memory exactly, what JavaScript refers to, and the resident set. */
export interface Memory {
  readonly native: number;
  readonly script: number;
  readonly rss: number;
}

/** A server that reports its memory, and ends when the test has finished. */
export class MeasuredServer {
  readonly address: SocketAddress;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: SocketAddress) {
    this.#child = child;
    this.address = address;
  }

  static async start(model: ModelName, transport: TransportName, app: AppName = 'echo'): Promise<MeasuredServer> {
    const child = spawn(process.execPath, ['--expose-gc', program, catalog], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    onTestFinished(() => {
      const tree = processTree(child.pid ?? 0);
      child.kill('SIGKILL');
      for (const descendant of tree) if (isRunning(descendant)) process.kill(descendant.pid, 'SIGKILL');
    });
    await soon('the program to be up', once(child, 'message'));
    const spec = { model, transport, app, poolThreads: 2, host: '127.0.0.1', port: 0 };
    return new MeasuredServer(child, (await ask<{ readonly address: SocketAddress }>(child, { start: spec })).address);
  }

  memory(): Promise<Memory> {
    return ask<Memory>(this.#child, { measure: true });
  }
}

async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  child.send(message);
  const [answer] = await soon('an answer', once(child, 'message'));
  return answer as Answer;
}
