import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { NatsConnection } from '@nats-io/transport-node';
import { ServiceError } from '../../model/errors.ts';
import type { Bus, BusMessage, BusStatus } from './bus.ts';
import { type NatsServer, natsOptions, withoutPassword } from './nats-options.ts';

/** A client of a NATS server. */
export interface NatsClient extends NatsServer {
  /** Name in the server's monitoring. */
  readonly name: string;
  /** Whether a lost connection is opened again, for as long as it takes. */
  readonly reconnects: boolean;
}

const CONNECT_TIMEOUT_MS = 5000;
/** How long a server may take to receive the last messages. */
const CLOSE_TIMEOUT_MS = 2000;
const PERMISSIONS = 'docs/fleet.md lists what each side must be allowed';

/**
 * Connects to a NATS server.
 * @throws {ServiceError} when the client library is not installed, or the server is not there or refuses.
 */
export async function connectToNats(client: NatsClient): Promise<Bus> {
  const nats = await loadClient();
  const options = {
    ...natsOptions(client, nats),
    name: client.name,
    reconnect: client.reconnects,
    maxReconnectAttempts: -1,
    timeout: CONNECT_TIMEOUT_MS,
    noEcho: true,
  };
  try {
    return new NatsBus(await closingSockets(() => nats.connect(options)), nats.createInbox);
  } catch (error) {
    const where = `no connection to NATS at ${withoutPassword(client.url)}`;
    throw new ServiceError(`${where}: ${messageOf(error)}; ${adviceFor(error)}`, { cause: error });
  }
}

/**
 * Closes the sockets of a connection that fails: the client leaves open those that are not answered in time, and this
 * process would not end.
 */
async function closingSockets<T>(connect: () => Promise<T>): Promise<T> {
  const sockets: Socket[] = [];
  const opened = (message: unknown) => void sockets.push((message as { readonly socket: Socket }).socket);
  subscribe('net.client.socket', opened);
  try {
    return await connect();
  } catch (error) {
    for (const socket of sockets) socket.destroy();
    throw error;
  } finally {
    unsubscribe('net.client.socket', opened);
  }
}

/** Returns what to do about a connection that failed. */
function adviceFor(error: unknown): string {
  const { name, code = '' } = error as { readonly name?: string; readonly code?: string };
  if (name === 'AuthorizationError') {
    return 'check the user and the password in --nats or NATS_URL, or --nats-creds';
  }
  if (/^ERR_SSL/.test(code)) return 'the server may require a certificate: --nats-cert and --nats-key';
  if (/CERT|SIGNATURE|ISSUER/.test(code)) {
    return "give the authority that signed the server's certificate with --nats-ca, and the name in it with --nats";
  }
  if (name === 'TimeoutError') {
    return 'check that a NATS server is there, and whether it requires a certificate (--nats-cert, --nats-key)';
  }
  return 'start one with nats-server, or check --nats';
}

/** Loads the client of NATS, which only fleets need. */
async function loadClient(): Promise<typeof import('@nats-io/transport-node')> {
  try {
    return await import('@nats-io/transport-node');
  } catch (error) {
    throw new ServiceError('agents need the client of NATS: npm install @nats-io/transport-node', { cause: error });
  }
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
        else this.#report('refused', `NATS refuses the subject ${subject}: ${error.message}; ${PERMISSIONS}`);
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
    const connection = this.#connection;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    // When the server ends meanwhile, the client waits for its answer for ever.
    await Promise.race([connection.drain(), connection.closed(), limit]).catch(() => undefined);
    clearTimeout(timer);
    await connection.close().catch(() => undefined);
  }

  async #follow(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#report('lost', 'the connection to NATS was lost');
      if (status.type === 'reconnect') this.#report('restored', 'connected to NATS again');
      if (status.type === 'error') this.#report('refused', `NATS: ${status.error.message}; ${PERMISSIONS}`);
    }
  }

  #report(kind: BusStatus['kind'], message: string): void {
    if (this.#isClosing) return;
    for (const listener of this.#listeners) listener({ kind, message });
  }
}

/** Returns what an error says: of OpenSSL's, its reason. */
function messageOf(error: unknown): string {
  const { reason } = error as { readonly reason?: string };
  return reason ?? (error instanceof Error ? error.message : String(error));
}
