import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { noLibc } from '../sockets/open.ts';
import { MeasuredServer, type Memory } from './measured-server.ts';
import { PATIENCE_MS, until } from './until.ts';

const program = fileURLToPath(new URL('./coming-and-going.mjs', import.meta.url));

/** Number of connections, from SOCKBENCH_SOAK (`npm run test:soak`: 100,000, on all models below). */
const SOAK = Number(process.env.SOCKBENCH_SOAK ?? 0);
const CONNECTIONS = SOAK || 2000;
/** The first window is a warm-up: memory is compared with what was held after it. */
const WINDOWS = 4;
const AT_ONCE = 16;

/** One model for each way to wait for sockets; all of them in a soak. */
const models: readonly ModelName[] = SOAK
  ? ['nonblocking', 'epoll', 'multi-reactor', 'io-uring', 'event-driven', 'async', 'worker-pool', 'balanced']
  : ['nonblocking', 'epoll', 'io-uring', 'event-driven'];

/** Random growth of JavaScript's heap, in bytes. A leaked socket object takes 1 KiB and more. */
const SCRIPT_NOISE = 1 << 20;
/** Maximum growth of a process over a soak, in bytes: 0.3 KiB for each connection. */
const RSS_BOUND = 24 << 20;

interface Window {
  readonly completed: number;
  readonly native: number;
  readonly rss: number;
}

/** Starts a process that opens and closes connections to an address. Ended when the test has finished. */
function comingAndGoing(address: SocketAddress) {
  const options = { address, connections: AT_ONCE, requests: CONNECTIONS / WINDOWS, windows: WINDOWS };
  const argument = JSON.stringify({ ...options, timeoutMs: PATIENCE_MS });
  const child = spawn(process.execPath, ['--expose-gc', program, argument], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the clients ended with code ${code}`);
  });
  gone.catch(() => undefined);
  return {
    next: async <Report>() => (await Promise.race([once(child, 'message'), gone]))[0] as Report,
    goOn: () => child.send('on'),
  };
}

describe.skipIf(noLibc)(`${CONNECTIONS} connections that open and close leave no memory behind`, () => {
  for (const model of models) {
    test.skipIf(whyUnavailable(model))(model, { timeout: SOAK ? 600_000 : 180_000 }, async () => {
      const server = await MeasuredServer.start(model, 'tcp');
      const clients = comingAndGoing(server.address);
      const held: Memory[] = [];
      const own: Window[] = [];
      for (let i = 0; i < WINDOWS; i++) {
        own.push(await clients.next<Window>());
        const first = held[0];
        // The server sees the last ends a moment later.
        if (first !== undefined)
          await until('the native memory', async () => (await server.memory()).native === first.native);
        held.push(await server.memory());
        clients.goOn();
      }
      const { left } = await clients.next<{ readonly left: number }>();
      const [serverFirst, serverLast] = [held[0] as Memory, held[WINDOWS - 1] as Memory];
      const [ownFirst, ownLast] = [own[0] as Window, own[WINDOWS - 1] as Window];
      if (SOAK) process.stdout.write(`${model} ${JSON.stringify({ serverFirst, serverLast, ownFirst, ownLast })}\n`);

      expect(own.map(({ completed }) => completed)).toEqual(own.map(() => CONNECTIONS / WINDOWS));
      expect(ownLast.native, 'native memory of the generator').toBe(ownFirst.native);
      expect(left, 'native memory of the generator after its end').toBe(0);
      expect(serverLast.script - serverFirst.script, "JavaScript's memory of the server").toBeLessThan(SCRIPT_NOISE);
      if (!SOAK) return;
      expect(serverLast.rss - serverFirst.rss, 'resident memory of the server').toBeLessThan(RSS_BOUND);
      expect(ownLast.rss - ownFirst.rss, 'resident memory of the generator').toBeLessThan(RSS_BOUND);
    });
  }
});
