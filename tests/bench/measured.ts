import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { type Result, resultSchema } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { makeCertificate } from '../../servers/node/certificate.ts';
import type { TransportName } from '../../servers/transport.ts';
import { type Outcome, runBuilt } from '../cli/built-program.ts';
import { Program, scratchDirectory } from '../cli/program.ts';

/** Output and exit of the program. */
export interface Run {
  readonly code: number | null;
  readonly result: Result;
}

/** Returns flags for a load of `count` requests, however long they take. */
export const counted = (count: number) => ['-n', String(count), '-d', '60s'] as const;

/**
 * Starts the built program's `run` command, for a test that does something to the program before it ends. Its flags are
 * as for {@link measureTargets}.
 */
export function startMeasuring(...flags: readonly string[]): Program {
  return new Program(briefly('run', flags));
}

/**
 * Measures the targets that flags name, from the first request for 300 ms unless flags set another time. That is enough
 * time to count something; tests that need a number of requests use {@link counted}.
 */
export function measureTargets(...flags: readonly string[]): Promise<Run> {
  return measureBriefly('run', flags);
}

async function measureBriefly(command: 'run' | 'bench', flags: readonly string[]): Promise<Run> {
  // Outside a repository: git needs 15 ms of CPU time to compare the files of this one with its commit.
  return runOf(await runBuilt(briefly(command, flags), tmpdir()));
}

/** Returns a command line that measures for a short time and prints JSON, unless flags set another time. */
function briefly(command: 'run' | 'bench', flags: readonly string[]): string[] {
  const lasting = flags.includes('-s') ? [] : ['-d', '300ms'];
  const brief = [...lasting, '--warmup', '0s', '--seed', '1', '-r', '1', '--out-dir', scratchDirectory()];
  const others = brief.filter((_, i) => !flags.includes(brief[i & ~1] ?? ''));
  return [command, '--json', '-', ...others, ...flags];
}

/**
 * Measures each of these models over those of the transports that it serves, with one run of the program for all.
 * @returns a function that returns the trial of a model over a transport.
 * @throws when there is none, or several.
 */
export async function measureModels(
  models: readonly ModelName[],
  transports: readonly TransportName[],
  ...flags: readonly string[]
): Promise<(model: ModelName, transport: TransportName) => Trial> {
  const all = ['--models', models.join(','), '--transports', transports.join(',')];
  const { result } = await measureBriefly('bench', [...all, ...flags]);
  return (model, transport) => {
    const trials = result.trials.filter((trial) => trial.model === model && trial.transport === transport);
    return onlyTrial({ result: { ...result, trials }, code: 0 });
  };
}

/** Waits for the program's result. @throws when the program printed none. */
export async function resultOf(program: Program): Promise<Run> {
  return runOf(await program.end());
}

function runOf({ code, stdout, stderr }: Outcome): Run {
  if (stdout === '') throw new Error(`ended with ${code}: ${stderr}`);
  return { code, result: resultSchema.parse(JSON.parse(stdout)) };
}

/** Measures a server that is already running. */
export function measure(url: string, ...flags: readonly string[]): Promise<Run> {
  return measureTargets('--target', url, ...flags);
}

/** Measures such a server and returns the only trial. */
export async function measureTrial(url: string, ...flags: readonly string[]): Promise<Trial> {
  return onlyTrial(await measure(url, ...flags));
}

export function onlyTrial({ result }: Run): Trial {
  const [trial, ...others] = result.trials;
  if (trial === undefined) throw new Error(`nothing was measured: ${JSON.stringify(result.failures)}`);
  if (others.length > 0) throw new Error(`${others.length} trials too many`);
  return trial;
}

/** Starts a TCP server for one test; ends with the test. @returns its URL. */
export function tcpServer(serve: (socket: Socket) => void): Promise<string> {
  return streamServer('tcp', (accept) => createServer({ noDelay: true }, accept), serve);
}

/** Starts a TLS server for one test; ends with the test. @returns its URL. */
export function tlsServer(serve: (socket: TLSSocket) => void): Promise<string> {
  return streamServer('tls', (accept) => createTlsServer({ ...makeCertificate(), noDelay: true }, accept), serve);
}

async function streamServer<S extends Socket>(
  scheme: 'tcp' | 'tls',
  create: (accept: (socket: S) => void) => Server,
  serve: (socket: S) => void,
): Promise<string> {
  const sockets = new Set<S>();
  const server = create((socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
    serve(socket);
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a UDP server for one test; ends with the test. @returns its URL. */
export async function udpServer(serve: (datagram: Buffer, reply: (datagram: Buffer) => void) => void): Promise<string> {
  const socket: UdpSocket = createSocket('udp4', (datagram: Buffer, { port, address }: RemoteInfo) =>
    serve(datagram, (answer) => socket.send(answer, port, address)),
  );
  onTestFinished(() => void socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `udp://127.0.0.1:${socket.address().port}`;
}

/**
 * Expects that the number of requests sent in a window fits the rate. A machine that stalls at either end makes the measured
 * time shorter than the window, and requests that it made late are sent at once.
 */
export function expectRate({ requests, measuredSeconds }: Trial, rate: number, windowSeconds: number): void {
  expect(requests.sent / (rate * measuredSeconds)).toBeGreaterThan(0.7);
  expect(requests.sent / (rate * Math.max(measuredSeconds, windowSeconds))).toBeLessThan(1.4);
}

/** Returns the number of requests that ended: each ends in exactly one way. */
export function accountedFor({ requests }: Trial): number {
  return requests.completed + requests.timedOut + requests.errors + requests.corrupted;
}
