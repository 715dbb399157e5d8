import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { isContractError, stackFrames } from '../../../bench/load/protocols/contract-error.ts';
import { loadPlugIn } from '../../../bench/load/protocols/plug-in/plug-in.ts';
import { ending } from '../../../scripts/cli/faults.ts';
import { scratchDirectory } from '../../cli/program.ts';

/** A plug-in whose requests cannot be encoded. */
const BROKEN = `
import { MORE, type CreateProtocol } from 'sockbench/protocol';

export const createProtocol: CreateProtocol = () => ({
  ...{ longestRequest: 1, sameRequest: true, greets: false, faults: ['', 'unsolicited'] },
  ...{ event: MORE, status: 0, replyBytes: 0, fault: 0 },
  reset() {},
  greet: () => 0,
  encode() {
    throw new RangeError('no request');
  },
  consume: (_c, _sequence, _bytes, _at, end) => end,
});
`;

/** Creates the protocol in a thread, as a load does, tells which CommonJS modules were loaded, and encodes a request. */
const THREAD = `
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
const { loadProtocol } = await import(workerData.module);
const scope = { connections: 1, firstConnection: 0, streamKey: { seed: 1 } };
const protocol = await loadProtocol(workerData.spec, scope);
parentPort.postMessage(Object.keys(createRequire(workerData.module).cache));
protocol.reset(0);
protocol.encode(0, 0, new Uint8Array(1), 0);
`;

test('a plug-in is not compiled again in a thread, where its error ends the program with 2 and with its stack', async () => {
  const file = join(scratchDirectory(), 'broken.ts');
  writeFileSync(file, BROKEN);
  const { spec } = await loadPlugIn(pathToFileURL(file).href, {});
  const module = new URL('../../../dist/bench/load/protocols/load-protocol.js', import.meta.url).href;
  const code = new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`);
  const worker = new Worker(code, { workerData: { module, spec } });
  onTestFinished(async () => void (await worker.terminate()));
  const loaded: string[] = [];
  worker.on('message', (files: readonly string[]) => void loaded.push(...files));
  // All messages have come before the exit, but some perhaps after the error.
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  const [error] = await once(worker, 'error');
  await exited;
  expect(loaded).toContainEqual(expect.stringMatching(/jiti\.cjs$/));
  expect(loaded).not.toContainEqual(expect.stringMatching(/babel\.cjs$/));
  if (!isContractError(error)) throw error;
  const { lines, exitCode } = ending(error);
  expect(exitCode).toBe(2);
  expect(lines[0]).toBe('sockbench: broken.ts: encode threw RangeError: no request');
  const line = BROKEN.split('\n').findIndex((text) => text.includes('no request')) + 1;
  expect(lines[1]).toMatch(new RegExp(`^ +at .*encode .*broken\\.ts:${line}:`));
  expect(lines.slice(1)).toEqual(stackFrames(error));
});
