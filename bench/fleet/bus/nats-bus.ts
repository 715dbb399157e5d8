import { readFileSync } from 'node:fs';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { ServiceError } from '../../model/errors.ts';
import type { Bus, BusMessage, BusStatus } from './bus.ts';

/** How to reach a NATS server. */
export interface NatsServer {
  /** Such as nats://user:password@host:4222, or tls://host. */
  readonly url: string;
  /** A file of credentials (JWT and nkey), as `nsc` writes it; null: none. */
  readonly credentials: string | null;
  /** Name of this client in the server's monitoring. */
  readonly name: string;
  /** Whether a lost connection is opened again, for as long as it takes. */
  readonly reconnects: boolean;
}

const CONNECT_TIMEOUT_MS = 5000;

/**
 * Connects to a NATS server.
 * @throws {ServiceError} when the client library is not installed, or the server is not there or refuses.
 */
export async function connectToNats(server: NatsServer): Promise<Bus> {
  const nats = await loadClient();
  const options: ConnectionOptions = {
    ...serverOptions(server.url),
    name: server.name,
    reconnect: server.reconnects,
    maxReconnectAttempts: -1,
    timeout: CONNECT_TIMEOUT_MS,
    noEcho: true,
    ...(server.credentials !== null && { authenticator: nats.credsAuthenticator(readCredentials(server.credentials)) }),
  };
  try {
    return new NatsBus(await nats.connect(options), nats.createInbox);
  } catch (error) {
    throw new ServiceError(
      `no connection to NATS at ${withoutPassword(server.url)}: ${messageOf(error)}; ` +
        'start one with nats-server, or check --nats and --nats-creds',
      { cause: error },
    );
  }
}

/** Loads the client of NATS, which only fleets need. */
async function loadClient(): Promise<typeof import('@nats-io/transport-node')> {
  try {
    return await import('@nats-io/transport-node');
  } catch (error) {
    throw new ServiceError('agents need the client of NATS: npm install @nats-io/transport-node', { cause: error });
  }
}

function readCredentials(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ServiceError(`--nats-creds: ${messageOf(error)}`, { cause: error });
  }
}

/** Returns the options in a URL: the client takes no user and no password from it. */
function serverOptions(url: string): ConnectionOptions {
  const { protocol, host, username, password } = parseServer(url);
  const decoded = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  return {
    servers: host,
    ...(protocol === 'tls:' && { tls: {} }),
    ...(username !== '' && password !== '' && decoded),
    // A user without a password is a token, as in the clients of other languages.
    ...(username !== '' && password === '' && { token: decoded.user }),
  };
}

function parseServer(url: string): URL {
  const written = /^[a-z]+:\/\//.test(url) ? url : `nats://${url}`;
  if (!/^(nats|tls):\/\/./.test(written) || !URL.canParse(written)) {
    throw new ServiceError(
      `--nats: '${withoutPassword(url)}' is not the URL of a NATS server, such as nats://HOST:4222 or tls://HOST`,
    );
  }
  return new URL(written);
}

/** Returns a URL as messages may contain it. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

class NatsBus implements Bus {
  readonly #connection: NatsConnection;
  readonly #createInbox: () => string;
  readonly #listeners: ((status: BusStatus) => void)[] = [];
  #isClosing = false;

  constructor(connection: NatsConnection, createInbox: () => string) {
    this.#connection = connection;
    this.#createInbox = createInbox;
    void this.#follow();
    void connection.closed().then((error) => {
      this.#report('closed', `the connection to NATS was lost${error ? ` (${error.message})` : ''}`);
    });
  }

  publish(subject: string, data: Uint8Array, reply?: string): void {
    if (this.#connection.isClosed()) return;
    this.#connection.publish(subject, data, reply === undefined ? {} : { reply });
  }

  subscribe(subject: string, receive: (message: BusMessage) => void): () => void {
    const subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null || error === undefined) receive({ data: message.data, reply: message.reply || undefined });
        else this.#report('refused', `NATS refuses the subject ${subject}: ${error.message}`);
      },
    });
    return () => {
      if (!this.#connection.isClosed()) subscription.unsubscribe();
    };
  }

  newInbox(): string {
    return this.#createInbox();
  }

  onStatus(listener: (status: BusStatus) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#connection.drain().catch(() => this.#connection.close());
  }

  async #follow(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#report('lost', 'the connection to NATS was lost');
      if (status.type === 'reconnect') this.#report('restored', 'connected to NATS again');
      if (status.type === 'error') this.#report('refused', `NATS: ${status.error.message}`);
    }
  }

  #report(kind: BusStatus['kind'], message: string): void {
    if (this.#isClosing) return;
    for (const listener of this.#listeners) listener({ kind, message });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
