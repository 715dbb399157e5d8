import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from '../../servers/contract.ts';
import type * as Availability from '../../servers/model-availability.ts';
import type * as Catalog from '../../servers/model-catalog.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { asInternet } from '../../sockets/address.ts';
import type { Transport } from '../../sockets/socket.ts';
import { whyMissing } from '../requirements.ts';
import { ServerProcess } from './server-process.ts';
import { PATIENCE_MS, soon, until } from './until.ts';

/**
 * Tests with clients that know nothing of this project: Python's socket module, Debian's nc, and the programs of a
 * socket course in examples/clients/, which read once, send no newline, and keep their side open.
 */

/** Compiled: threads and child processes need JavaScript. The servers run in this process, which saves their starts. */
const built = (file: string): string => new URL(`../../dist/servers/${file}.js`, import.meta.url).href;
const { loadModel, modelNames, whyNotCarried }: typeof Catalog = await import(built('model-catalog'));
const { whyUnavailable }: typeof Availability = await import(built('model-availability'));

/** Threads of the model prethreaded here. Starting its 32 for each app takes most of the time of all tests here. */
const FEW_THREADS = 2;

const COURSE = 'examples/clients';
const run = promisify(execFile);
const available = modelNames.filter((model) => whyUnavailable(model) === undefined);

/** Sends 100 kB, finishes, and reads the whole reply. */
const STREAM = `
import socket, sys, threading
with socket.create_connection(('127.0.0.1', int(sys.argv[2])), 10) as client:
    sent = bytes(i % 251 for i in range(100_000))
    def send():
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
    threading.Thread(target=send).start()
    got = b''.join(iter(lambda: client.recv(65536), b''))
print('the same' if got == sent else f'{len(got)} other bytes')
`;

const DATAGRAMS = `
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(10)
    client.connect(('127.0.0.1', int(sys.argv[2])))
    for size in (0, 1, 512, 1472, 65507):
        client.send(b'x' * size)
        assert client.recv(65536) == b'x' * size, size
print('the same')
`;

interface PythonClient {
  readonly name: string;
  /** The program. Default: the file of that name in {@link COURSE}. */
  readonly source?: string;
  readonly app: AppName;
  readonly transport: Transport;
  /** Its expected output. */
  readonly printed: RegExp;
}

const greeted = /^Hello from server\nthe server has closed the connection\n$/;
const echoed = /^Hello, Server!\nHello again!\n$/;
const page = /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)+\r\nHello, World!\n$/;
const same = /^the same\n$/;

const pythonClients: readonly PythonClient[] = [
  { name: 'greeting.py', app: 'greeting', transport: 'tcp', printed: greeted },
  { name: 'ack.py', app: 'ack', transport: 'tcp', printed: /^ACK\n$/ },
  { name: 'ack_udp.py', app: 'ack', transport: 'udp', printed: /^ACK\n$/ },
  { name: 'echo.py', app: 'echo', transport: 'tcp', printed: echoed },
  { name: 'echo_udp.py', app: 'echo', transport: 'udp', printed: echoed },
  { name: 'http_get.py', app: 'http', transport: 'tcp', printed: page },
  { name: '100 kB', source: STREAM, app: 'echo', transport: 'tcp', printed: same },
  { name: 'datagrams of all sizes', source: DATAGRAMS, app: 'echo', transport: 'udp', printed: same },
];

/** Runs programs one after the other in one interpreter, whose start costs more than all their runs. */
const RUN_ALL = `
import contextlib, io, json, socket, sys
socket.setdefaulttimeout(10)
printed = {}
for name, source, port in json.load(sys.stdin):
    sys.argv = [name, '127.0.0.1', str(port)]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            exec(compile(source, name, 'exec'), {'__name__': '__main__'})
        except OSError as error:
            print(repr(error))
    printed[name] = out.getvalue()
print(json.dumps(printed))
`;

/** Running servers, by what they serve. Each is started on first use. */
const servers = new Map<string, Promise<RunningServer>>();
/** Threads and processes of servers that ended unexpectedly. */
const ended: string[] = [];

async function portOf(model: ModelName, app: AppName, transport: Transport): Promise<number> {
  const key = `${model} ${app} ${transport}`;
  const server = servers.get(key) ?? start(model, app, transport);
  servers.set(key, server);
  return asInternet((await server).address).port;
}

async function start(model: ModelName, app: AppName, transport: Transport): Promise<RunningServer> {
  if (model === 'cluster') {
    // Node's cluster gives all servers of a process one port.
    const server = await ServerProcess.start({ model, app, transport });
    return { address: server.address, close: () => server.kill() };
  }
  const spec = { app, transport, host: '127.0.0.1', port: 0, poolThreads: FEW_THREADS };
  const started = startHere(model, spec, (how) => ended.push(how));
  return soon(`${model} to serve ${app} over ${transport}`, started);
}

async function startHere(model: ModelName, spec: ServerSpec, workerEnded: WorkerEnded): Promise<RunningServer> {
  return (await loadModel(model)).start(spec, workerEnded);
}

/** Ends all servers, including those that are starting. */
async function endServers(): Promise<void> {
  const ending = [...servers.values()];
  servers.clear();
  for (const outcome of await Promise.allSettled(ending))
    if (outcome.status === 'fulfilled') await outcome.value.close();
  expect(ended.splice(0)).toEqual([]);
}

function sourceOf({ name, source }: PythonClient): string {
  return source ?? readFileSync(`${COURSE}/${name}`, 'utf8');
}

/** Returns the output of each client, by its name. */
async function printedBy(clients: readonly (readonly [PythonClient, number])[]): Promise<Record<string, string>> {
  const python = spawn('python3', ['-c', RUN_ALL], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void python.kill('SIGKILL'));
  python.stdin.end(JSON.stringify(clients.map(([client, port]) => [client.name, sourceOf(client), port])));
  return JSON.parse(await soon('the clients in Python', text(python.stdout))) as Record<string, string>;
}

async function assertEcho(port: number): Promise<void> {
  // -N: FIN at the end of input, so that the server's end ends it.
  const nc = run('nc', ['-N', '127.0.0.1', String(port)], { timeout: PATIENCE_MS });
  nc.child.stdin?.end('a line\nand another\n');
  expect((await nc).stdout, 'nc').toBe('a line\nand another\n');
}

/** The chat program, and its output so far. */
class Chatter {
  printed = '';
  readonly #program: ChildProcessWithoutNullStreams;

  constructor(port: number) {
    this.#program = spawn('python3', [`${COURSE}/chat.py`, '127.0.0.1', String(port)]);
    this.#program.stdout.on('data', (chunk) => {
      this.printed += String(chunk);
    });
    onTestFinished(() => void this.#program.kill('SIGKILL'));
  }

  type(line: string): void {
    this.#program.stdin.write(`${line}\n`);
  }

  /** Ends its input. @returns its exit code. */
  leave(): Promise<number> {
    const ended = new Promise<number>((resolve) => void this.#program.once('exit', resolve));
    this.#program.stdin.end();
    return soon('the chat program to end', ended);
  }
}

describe.each(available)('%s', (model) => {
  afterAll(endServers);

  test.skipIf(whyMissing('python'))('works with clients in Python', async () => {
    const carried = pythonClients.filter(({ app, transport }) => whyNotCarried(model, app, transport) === undefined);
    const clients = await Promise.all(
      carried.map(async (client) => [client, await portOf(model, client.app, client.transport)] as const),
    );
    const printed = await printedBy(clients);
    for (const [client] of clients) expect(printed[client.name], client.name).toMatch(client.printed);
  });

  test.skipIf(whyMissing('nc'))('works with nc', async () => assertEcho(await portOf(model, 'echo', 'tcp')));

  if (whyNotCarried(model, 'chat', 'tcp') !== undefined) return;
  test.skipIf(whyMissing('python'))('relays lines between two chat programs in Python', async () => {
    const port = await portOf(model, 'chat', 'tcp');
    const [ann, bob] = [new Chatter(port), new Chatter(port)];
    // Repeated until both are in the room: the server announces no client.
    await until('Bob to receive a line from Ann', () => {
      ann.type('hello');
      return bob.printed.startsWith('hello\n');
    });
    bob.type('hello, Ann');
    await until('Ann to receive a line from Bob', () => ann.printed !== '');
    expect(ann.printed).toBe('hello, Ann\n');
    expect(await Promise.all([ann.leave(), bob.leave()])).toEqual([0, 0]);
  });
});

test('each program of the socket course is short, documented and tested here', () => {
  const files = readdirSync(COURSE).sort();
  const readme = readFileSync('examples/README.md', 'utf8');
  const tested = pythonClients.filter(({ source }) => source === undefined).map(({ name }) => name);
  expect(files).toEqual([...tested, 'chat.py'].sort());
  for (const file of files) {
    expect(readme).toContain(`\`${file}\``);
    expect(readFileSync(`${COURSE}/${file}`, 'utf8').split('\n').length, file).toBeLessThan(25);
  }
});
