import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { soon, until } from '../servers/until.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const program = fileURLToPath(new URL('../../dist/scripts/sockbench.js', import.meta.url));

/** A server at whose terminal the test types. Always call {@link OperatedServer.kill} in the end. */
export class OperatedServer {
  /** What the operator sees. */
  output = '';
  /** Resolves to the exit code when it has ended. */
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #transport: Subject['transport'];
  readonly #clients: StreamClient[] = [];
  #port = 0;

  private constructor({ model, app, transport }: Subject) {
    const args = ['serve', '--model', model, '--app', app, '--transport', transport];
    this.#transport = transport;
    this.#process = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined },
      stdio: 'pipe',
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.ended = once(this.#process, 'close').then(([code]) => code as number | null);
  }

  static async start(subject: Subject): Promise<OperatedServer> {
    const server = new OperatedServer(subject);
    try {
      await server.#serves();
      return server;
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  /** Waits until it serves. @throws {Error} with its own words when it has ended. */
  async #serves(): Promise<void> {
    let notes = '';
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      notes += text;
    });
    await until('it to serve', () => {
      if (this.#process.exitCode !== null) throw new Error(notes);
      this.#port = Number(/ on 127\.0\.0\.1:(\d+)\n/.exec(notes)?.[1] ?? 0);
      return this.#port > 0;
    });
  }

  /** Connects the next client. @returns the client, and its number. */
  async connect(): Promise<{ readonly client: StreamClient; readonly number: number }> {
    const client = await StreamClient.connect({ host: '127.0.0.1', port: this.#port }, this.#transport);
    return { client, number: this.#clients.push(client) };
  }

  /** Closes all clients, all of which have been answered. Resolves when they have left, or the server has ended. */
  async leave(): Promise<void> {
    for (const { socket } of this.#clients) socket.destroy();
    const departures = this.#clients.map((_, i) => `client ${i + 1} has left\n`);
    await until('all clients to leave', () => {
      return this.#process.exitCode !== null || departures.every((text) => this.output.includes(text));
    });
  }

  /** Waits until the operator has seen a text. */
  async shows(text: string): Promise<void> {
    await until(`${JSON.stringify(text)} in the output`, () => this.output.includes(text));
  }

  /** Types a text at the terminal. */
  type(text: string): void {
    this.#process.stdin?.write(text);
  }

  endInput(): void {
    this.#process.stdin?.end();
  }

  /** Sends SIGTERM. @returns the exit code. */
  async stop(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    return soon('the end', this.ended);
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }
}
