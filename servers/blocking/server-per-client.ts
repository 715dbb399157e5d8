import { parentPort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { asInternet, formatAddress, type InternetAddress, type SocketAddress } from '../../sockets/address.ts';
import {
  bind,
  close,
  connect,
  localAddress,
  SHUT_RDWR,
  setOption,
  setReceiveTimeout,
  shutdown,
  socket,
} from '../../sockets/socket.ts';
import type { RunningServer, ServerSpec, WorkerEnded } from '../contract.ts';
import { nextConnection } from '../listening/accept.ts';
import { openListener } from '../listening/listener.ts';
import { ofSeveral } from '../random/random-spec.ts';
import { loadDatagramApp } from '../served.ts';
import { taskOf } from '../spawning/task.ts';
import { signalReady, startThreads, threadsEnd } from '../spawning/thread.ts';
import { WorkerWatch } from '../spawning/worker-watch.ts';
import { type Client, type ClientWorker, ClientWorkers } from './client-workers.ts';
import { BlockingDatagrams, type FirstDatagram } from './datagrams.ts';

/**
 * The concurrent server of Stevens, UNIX Network Programming, volume 1, section 4.8. A listener waits for clients and
 * gives each to a thread or a process, new or idle, that serves only that client. Over UDP each peer gets its own
 * socket, connected to it, on the server's port (section 22.7). Its conversation ends after a silence.
 */

/** Silence after which the conversation with a UDP peer ends, in milliseconds. */
const PEER_IDLE_MS = 10_000;

/** Maximum wait for threads and processes to end when the server is closed, in milliseconds. */
const CLOSE_LIMIT_MS = 1000;

/** Indexes into the memory that the listener thread shares with the main thread: whether the server is stopping. */
const STOP = 0;
/** Number of active conversations. */
const ACTIVE = 1;

interface ListenerInput {
  readonly listener: number;
  readonly spec: ServerSpec;
  readonly capacity: number;
  readonly shared: Int32Array;
}

/**
 * Starts a concurrent server.
 * @param capacity maximum of clients served at once. Further TCP connections wait in the backlog. Further UDP peers are
 * answered by the listener itself.
 * @param begin starts a thread or a process that serves clients, one at a time, and registers it with the watch.
 * @param workerEnded as for {@link ServerModel.start}.
 * @throws {SystemError} EADDRINUSE and the like.
 */
export async function startConcurrentServer(
  spec: ServerSpec,
  capacity: number,
  begin: (watch: WorkerWatch) => ClientWorker,
  workerEnded?: WorkerEnded,
): Promise<RunningServer> {
  const listener = openListener(spec);
  // Set after the bind: this server then shares its UDP port with its own sockets, but can't take another server's
  // port.
  if (spec.transport === 'udp') setOption(listener, 'SO_REUSEPORT', 1);
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const watch = new WorkerWatch(workerEnded);
  const clientWorkers = new ClientWorkers(() => begin(watch));
  let clients = 0;
  const input: ListenerInput = { listener, spec, capacity, shared };
  const tasks = taskOf<typeof import('./server-per-client.ts')>(import.meta.url);
  const run = spec.transport === 'udp' ? 'adoptPeers' : 'acceptConnections';

  // Registered before the threads are ready: the first client may come right after the ready message.
  const onMessage = async (message: unknown, thread: Worker) => {
    if (message === 'ready') return;
    const client = message as Client;
    if (Atomics.load(shared, STOP) === 1) {
      close(client.fd);
      return;
    }
    try {
      await clientWorkers.serve(client, ofSeveral(spec, ++clients));
    } catch (error) {
      // No thread or process is available: only this client is not served.
      process.emitWarning(error as Error);
      close(client.fd);
    }
    Atomics.sub(shared, ACTIVE, 1);
    Atomics.notify(shared, ACTIVE);
    if (client.first !== undefined) thread.postMessage(formatAddress(client.first.peer));
  };

  const stop = async (threads: readonly Worker[]) => {
    watch.close();
    Atomics.store(shared, STOP, 1);
    shutdown(listener, SHUT_RDWR);
    await Promise.all([threadsEnd(threads, CLOSE_LIMIT_MS), within(CLOSE_LIMIT_MS, clientWorkers.end())]);
    close(listener);
  };
  const threads = await startThreads([tasks(run, input)], stop, onMessage);
  for (const thread of threads) watch.thread(thread, 'listening thread', 'vital');
  return { address: localAddress(listener), close: () => stop(threads) };
}

function within(milliseconds: number, promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise, new Promise((resolve) => setTimeout(resolve, milliseconds).unref())]);
}

/** Accepts connections, in the listener thread. */
export function acceptConnections({ listener, capacity, shared }: ListenerInput): void {
  signalReady();
  for (;;) {
    waitForCapacity(shared, capacity);
    const fd = nextConnection(listener, () => Atomics.load(shared, STOP) === 1);
    if (fd < 0) return;
    Atomics.add(shared, ACTIVE, 1);
    parentPort?.postMessage({ fd, first: undefined } satisfies Client);
  }
}

function waitForCapacity(shared: Int32Array, capacity: number): void {
  for (;;) {
    const active = Atomics.load(shared, ACTIVE);
    if (active < capacity) return;
    // Every end of a conversation changes the number and wakes this wait. Closing the server ends all of them.
    Atomics.wait(shared, ACTIVE, active);
  }
}

/**
 * Receives for the UDP port, in the listener thread. Gives new peers their own sockets and answers all other datagrams.
 */
export async function adoptPeers({ listener, spec, capacity, shared }: ListenerInput): Promise<void> {
  const app = await loadDatagramApp(spec);
  const address = asInternet(localAddress(listener));
  const datagrams = new BlockingDatagrams(app);
  const peers = new Set<string>();
  signalReady();
  try {
    while (Atomics.load(shared, STOP) === 0 && datagrams.receive(listener, 0) === 'datagram') {
      forgetEnded(peers);
      const peer = datagrams.peer.value;
      const name = formatAddress(peer);
      // A datagram of a known peer was already queued here when the peer's own socket was connected.
      const adoptable = !peers.has(name) && Atomics.load(shared, ACTIVE) < capacity;
      const fd = adoptable ? openPeerSocket(address, peer) : -1;
      if (fd < 0) {
        datagrams.answer();
        continue;
      }
      const first: FirstDatagram = { peer, base64: Buffer.from(datagrams.datagram).toString('base64') };
      peers.add(name);
      Atomics.add(shared, ACTIVE, 1);
      parentPort?.postMessage({ fd, first } satisfies Client);
    }
  } finally {
    datagrams.free();
  }
}

function forgetEnded(peers: Set<string>): void {
  if (parentPort === null) return;
  for (;;) {
    const ended = receiveMessageOnPort(parentPort);
    if (ended === undefined) return;
    peers.delete(ended.message as string);
  }
}

/**
 * Opens a socket on the server's address that receives the datagrams of one peer only. Between its bind and its connect
 * it can receive datagrams of other senders, so each datagram is answered to its own sender. It uses SO_REUSEPORT and
 * not SO_REUSEADDR. With SO_REUSEADDR, a socket of any user could share the port and get its datagrams. With
 * SO_REUSEPORT, only sockets of this user that ask for it can (udp_lib_lport_inuse in net/ipv4/udp.c).
 * @returns its descriptor, or a negated errno.
 */
function openPeerSocket(address: InternetAddress, peer: SocketAddress): number {
  const fd = socket('udp', address.host);
  if (fd < 0) return fd;
  for (const step of [
    () => setOption(fd, 'SO_REUSEPORT', 1),
    () => bind(fd, address),
    () => connect(fd, peer),
    () => setReceiveTimeout(fd, PEER_IDLE_MS),
  ]) {
    const status = step();
    if (status >= 0) continue;
    close(fd);
    return status;
  }
  return fd;
}
