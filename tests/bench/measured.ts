import { spawn } from 'node:child_process';
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Result, resultSchema, type Trial } from '../../bench/model/result.ts';

const program = fileURLToPath(new URL('../../dist/scripts/sockbench.js', import.meta.url));

/** What the program said and how it ended. */
export interface Run {
  readonly code: number | null;
  readonly stderr: string;
  readonly result: Result;
}

/** Runs the built program's `run` command against an address, shortly, and reads its JSON. */
export async function measure(url: string, ...flags: string[]): Promise<Run> {
  const brief = ['-d', '300ms', '--warmup', '0s', '--seed', '1', '--out-dir', `${tmpdir()}/sockbench-tests`];
  const child = spawn(process.execPath, [program, 'run', '--target', url, '--json', '-', '-q', ...brief, ...flags]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (stdout === '') throw new Error(`exit ${code}: ${stderr}`);
  return { code, stderr, result: resultSchema.parse(JSON.parse(stdout)) };
}

/** The only trial of a run. */
export async function measureTrial(url: string, ...flags: string[]): Promise<Trial> {
  const { result, stderr } = await measure(url, ...flags);
  const [trial] = result.trials;
  if (trial === undefined) throw new Error(`nothing was measured: ${JSON.stringify(result.failures)} ${stderr}`);
  return trial;
}

/** A TCP server of this test's own making; ends with the test. @returns its URL. */
export async function tcpServer(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('error', () => undefined));
    serve(socket);
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A UDP server of this test's own making; ends with the test. @returns its URL. */
export async function udpServer(serve: (datagram: Buffer, reply: (datagram: Buffer) => void) => void): Promise<string> {
  const socket: UdpSocket = createSocket('udp4', (datagram: Buffer, { port, address }: RemoteInfo) =>
    serve(datagram, (answer) => socket.send(answer, port, address)),
  );
  onTestFinished(() => void socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `udp://127.0.0.1:${socket.address().port}`;
}

/** Every request ends in exactly one way. */
export function accountedFor({ requests }: Trial): number {
  return requests.completed + requests.timedOut + requests.errors + requests.corrupted;
}
