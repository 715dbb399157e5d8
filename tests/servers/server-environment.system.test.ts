import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { TargetSpec } from '../../bench/model/configuration.ts';
import type * as StartTarget from '../../bench/run/start-target.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { Program, scratchDirectory } from '../cli/program.ts';
import { processTree } from './process-tree.ts';

/** Built, because servers run JavaScript files. */
const built = new URL('../../dist/bench/run/start-target.js', import.meta.url).href;
const { startTarget }: typeof StartTarget = await import(built);

/** Names a file that Node would read when it starts; it warns when there is none, and goes on. */
const NAME = 'NODE_EXTRA_CA_CERTS';
const CERTIFICATES = '/nowhere/certificates.pem';

/** Starts a target as a trial does. @returns its pids. */
async function start(target: TargetSpec): Promise<readonly number[]> {
  vi.stubEnv(NAME, CERTIFICATES);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { signal } = new AbortController();
  const running = await startTarget(target, { transport: 'tcp', app: 'echo', cpus: [], signal });
  onTestFinished(() => running.stop());
  return running.pids?.() ?? [];
}

function certificatesOf(pid: number): string | undefined {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return variables.find((each) => each.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
}

const models: readonly ModelName[] = ['cluster', 'cluster-reuseport', 'balanced', 'process-per-connection'];

test.each(models.filter((model) => whyUnavailable(model) === undefined))(
  'no process that %s starts reads extra certificates',
  async (model) => {
    const program = new Program(['serve', '--model', model], { env: { [NAME]: CERTIFICATES } });
    const [, port] = await program.waitForOutput(/ on 127\.0\.0\.1:(\d+)\n/);
    const client = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void client.destroy());
    client.write('hello');
    await once(client, 'data');
    const [own, ...children] = processTree(program.process.pid ?? 0).map(({ pid }) => certificatesOf(pid));
    expect(own).toBe(CERTIFICATES);
    expect(children.length).toBeGreaterThan(0);
    expect(children).toEqual(children.map(() => ''));
  },
);

test('no server of a trial reads extra certificates', async () => {
  const pids = await start({ kind: 'model', model: 'cluster' });
  expect(pids.length).toBeGreaterThan(1);
  expect(pids.map(certificatesOf)).toEqual(pids.map(() => ''));
});

test('a foreign command has the whole environment, but what watches over it reads no extra certificates', async () => {
  const file = join(scratchDirectory(), 'environment');
  const command = `printenv ${NAME} >${file}; exec node tests/bench/foreign-server.mjs {port} echo`;
  const [server = 0] = await start({ kind: 'exec', name: 'it', command, startLimitMs: 60_000 });
  // It listens after it has written that.
  expect(readFileSync(file, 'utf8')).toBe(`${CERTIFICATES}\n`);
  expect(certificatesOf(server)).toBe(CERTIFICATES);
  const watching = processTree(process.pid).find(({ pid }) => commandOf(pid).includes('foreign-command-main.js'));
  expect(certificatesOf(watching?.pid ?? 0)).toBe('');
});

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}
