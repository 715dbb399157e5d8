import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { CheckPlan } from '../../bench/check/plan.ts';
import type { CapacityConfiguration } from '../../bench/model/capacity-configuration.ts';
import type { CheckResult } from '../../bench/model/check-result.ts';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { type Result, resultSchema } from '../../bench/model/result.ts';
import { emptyResult } from '../../bench/run/runner.ts';
import { checkCommand } from '../../reports/sections/reproduction/check-command.ts';
import { shellText } from '../../reports/sections/reproduction/command-line.ts';
import { measuringCommand } from '../../reports/sections/reproduction/measuring-command.ts';
import type { PlannedMeasurement } from '../../scripts/session/measurement.ts';
import { commandLine } from '../cli/in-process.ts';
import { checkResult, finding, look } from './checks.ts';

// Pure test files share loaded modules: those with a mock inside must be loaded for this file alone.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());

type Read = RunConfiguration | CapacityConfiguration | CheckPlan;

/** What a command read from its flags, in place of measuring. */
const read = vi.hoisted((): { last?: Read } => ({}));

const keep = vi.hoisted(() => async (asked: Read) => {
  read.last = asked;
  return 0;
});

vi.mock('../../scripts/session/measure.ts', () => ({
  record: async ({ prepare }: PlannedMeasurement<Result>) => {
    const measurement = await prepare(new AbortController().signal, () => {});
    await measurement.run({ progress() {}, doing() {}, saved() {} }, new AbortController().signal);
    return 0;
  },
}));
vi.mock('../../scripts/session/measurement.ts', () => ({
  planTrials: (configuration: Read) => ({ prepare: async () => ({ run: () => keep(configuration) }) }),
}));
vi.mock('../../bench/capacity/capacity-run.ts', () => ({ runCapacity: keep }));
vi.mock('../../bench/check/preparation.ts', () => ({ prepareCheck: () => {} }));
vi.mock('../../bench/check/check.ts', () => ({ check: keep }));
// It runs git for each result.
vi.mock('../../bench/measure/commit.ts', () => ({ commitOf: () => undefined }));

const directory = mkdtempSync(join(tmpdir(), 'sockbench-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Returns what a command line means to the program. */
async function meaning<T extends Read>(words: readonly string[]): Promise<T> {
  delete read.last;
  const { code, stderr } = await commandLine(...words);
  expect({ code, stderr: stderr.replace(/^left out: .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
  return read.last as unknown as T;
}

/** Returns a result of a configuration, as it is saved before its first trial. */
function saved(configuration: RunConfiguration): Result {
  const { threads, serverCpus, loadCpus, thresholds } = configuration;
  const placement = { threads: threads ?? 1, serverCpus: serverCpus ?? [], loadCpus: loadCpus ?? [], warnings: [] };
  const empty = emptyResult(configuration, placement);
  const judged = thresholds.map(({ text }) => ({
    text,
    round: 1,
    unit: 'micros' as const,
    observed: null,
    kept: false,
  }));
  const { command } = configuration;
  return resultSchema.parse(
    JSON.parse(
      JSON.stringify({
        ...empty,
        plan: {
          ...empty.plan,
          ...(command === 'capacity' && { capacity: searchOf(configuration as CapacityConfiguration) }),
        },
        ...(command === 'run' && judged.length > 0 && { thresholds: judged }),
      }),
    ),
  );
}

function searchOf({ thresholds, failureLimit, rate, confirmMs, searchLimitMs }: CapacityConfiguration) {
  return {
    slos: thresholds.map(({ text }) => text),
    mostErrors: failureLimit.bound,
    startRate: rate,
    confirmSeconds: confirmMs / 1000,
    budgetSeconds: searchLimitMs / 1000,
  };
}

const MODELS = 'bench --models async,event-driven';
const URLS = 'run --target http://127.0.0.1:8080/a?b=c';

test.each([
  // Without flags of the load: several scenarios.
  `${MODELS}`,
  `${MODELS} -c 8 -r auto --budget 90s --transports tcp,unix -d 2s --warmup 0s --size 64,1024,4096`,
  'bench --models balanced --app discard --transports tcp --balance p2c --server-cpus 0 --load-cpus 1 --threads 3',
  `${MODELS} --app http --work cpu:200us --cache-hit 0.8 --timestamps user --timeout 500ms --open-timeout 1500ms`,
  `${MODELS} --workload handshake --transports tls --tls-resume --alpn h2,http/1.1 --servername example.org`,
  `${MODELS} --size 64,1024:0.2,1400-4096:0.01 -p 4 --transports udp --rate 12.5k --arrivals poisson -n 5000`,
  "bench --exec 'node it'\\''s.mjs {port}' --exec 'python3 echo.py {port}' --name a,b --name c -c 1 --connection per-request",
  'run --model async -c 100 -d 5s -r 3 --threshold p99<5ms --threshold errors==0',
  'run --model async --model epoll --model epoll --select p2c --stage 30s:1000,1500ms:50 --rate 100',
  'run --target tls://192.0.2.7:7000 --allow-remote 192.0.2.7 -n 1000 -d 3s',
  'run --target redis://127.0.0.1/2 --redis-commands "SET {key} {value},GET {key}:0.8" --keys 5 --key-distribution zipf:2 --resp 3',
  `${URLS} --method PUT --header "Accept: text/html" --body "it's" --expect-status 200,404 --expect-body same`,
  `${URLS} --engine autocannon`,
  'run --target ws://127.0.0.1:8080/chat --deflate --websocket-message text',
  "run --target tcp://127.0.0.1:7000 --send=-x --expect '+PONG\\r\\n'",
  'run --target unix:///tmp/a.sock --send x --reply-bytes 7',
  'scale --models event-driven,cluster --cpus 1 --work cpu:100us -c 1,2,4,8,16,32 -r 4',
  "capacity --slo p99<5ms --slo 'service.p999<20ms' --models async --max-errors 1% --start-rate 20000 -d 1s --confirm 3s",
  'capacity --slo p99<5ms --target http://127.0.0.1:8080/ --budget 10m -c 10,20',
])('%s', async (line) => {
  const wanted = await meaning<RunConfiguration>([...split(line), '--seed', '7']);
  const command = measuringCommand(saved(wanted));
  const again = await meaning<RunConfiguration>(command?.words.slice(1) ?? []);
  expect(again).toEqual({ ...wanted, threads: wanted.threads ?? 1 });
  expect(split(shellText(command ?? { words: [], notes: [] }))).toEqual(command?.words);
});

test.each([
  [
    "check -a './old {port}' -b './new {port}' --confirm --null-arm -c 8 --size 128 --window 100ms --budget 90s --gate cpu=2%/8%,throughput",
  ],
  ["check -a './old {port}' -b './new {port}' --app websocket --websocket-message text"],
  ["check -a './old {port}' -b './new {port}' --app http --method POST --body x --server-cpus 0 --load-cpus 1"],
])('%s', async (line) => {
  const wanted = await meaning<CheckPlan>([...split(line), '--seed', '7']);
  const command = checkCommand(checked(wanted));
  expect(await meaning<CheckPlan>(command.words.slice(1))).toEqual(wanted);
});

function checked(plan: CheckPlan): CheckResult {
  const { a, b, point, seed, windowMs, nullArm, confirm, budgetMs, gates, serverCpus, loadCpus } = plan;
  const { app, exchange, transport, connections, websocketMessage } = point;
  const metrics = gates.map(({ metric, margins }) => finding(metric, { ...margins }));
  return checkResult({
    plan: {
      ...{
        a: 'command' in a ? a.command : '',
        b: 'command' in b ? b.command : '',
        app,
        exchange,
        transport,
        connections,
        websocketMessage,
      },
      ...{ size: point.sizes[0]?.from ?? 0, seed, windowMs, nullArm, confirm, budgetMs },
      ...{ serverCpus: [...(serverCpus ?? [])], loadCpus: [...(loadCpus ?? [])] },
    },
    looks: [look('pass', metrics)],
  });
}

test('what results do not contain has a placeholder and a note', async () => {
  writeFileSync(
    join(directory, 'script.jsonl'),
    '{"login": true, "send": "AUTH secret\\\\n", "until": "\\\\n"}\n{"send": "x", "bytes": 1}\n',
  );
  const secrets = await meaning<RunConfiguration>(
    split(`run --target http://127.0.0.1/ --header 'Authorization: Basic c2VjcmV0' --seed 7`),
  );
  const command = measuringCommand(saved(secrets));
  expect(command?.words).toContain('Authorization: …');
  expect(command?.notes).toEqual(['Results do not contain the value of the header Authorization']);
  const script = await meaning<RunConfiguration>(
    split(`run --target tcp://127.0.0.1:7000 --script ${join(directory, 'script.jsonl')} --seed 7`),
  );
  expect(measuringCommand(saved(script))).toMatchObject({
    words: expect.arrayContaining(['--script', 'script.jsonl']),
    notes: [
      'script.jsonl contains:\n{"login":true,"send":"…","until":"\\\\n"}\n{"send":"x","bytes":"1"}',
      'Results do not contain what logs in: replace …',
    ],
  });
});

test('several kinds of requests are lines of a file', async () => {
  const file = join(directory, 'requests.txt');
  writeFileSync(file, 'GET /a 3\n{"path": "/b", "headers": {"X-A": ["1", "2"]}, "body": "x", "expectStatus": "201"}\n');
  const line = ['run', '--target', 'http://127.0.0.1/', '--seed', '7', '--urls'];
  const wanted = await meaning<RunConfiguration>([...line, file]);
  const command = measuringCommand(saved(wanted));
  const [note = ''] = command?.notes ?? [];
  writeFileSync(file, note.replace('requests.txt contains:\n', ''));
  const words = command?.words.slice(1).map((word) => (word === 'requests.txt' ? file : word)) ?? [];
  expect(await meaning<RunConfiguration>(words)).toEqual({ ...wanted, threads: 1 });
});

/** Splits a line as a shell does: at blanks, except within quotes; a backslash outside single quotes is literal. */
function split(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|\\'|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"|\\(')/g, (_, a, b, c) => a ?? b ?? c));
}
