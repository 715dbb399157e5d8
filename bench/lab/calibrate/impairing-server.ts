import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { InternetAddress } from '../../../sockets/address.ts';
import type { Transport } from '../../../sockets/socket.ts';
import type { Impairments, Injected } from './impairments.ts';

/** What the server's thread receives when it starts. */
export interface ImpairingSpec {
  readonly impairments: Impairments;
  readonly transport: Transport;
  /** CPUs of the thread; empty leaves the choice to the kernel. */
  readonly cpus: readonly number[];
  /** Shared memory of an {@link ImpairingBoard}. */
  readonly board: SharedArrayBuffer;
}

/** Shared memory: a stop flag for the server's thread, and the counts of injected faults that it publishes. */
export class ImpairingBoard {
  readonly buffer: SharedArrayBuffer;
  readonly #flags: Int32Array;
  readonly #counts: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8 + 4 * 8)) {
    this.buffer = buffer;
    this.#flags = new Int32Array(buffer, 0, 1);
    this.#counts = new Float64Array(buffer, 8, 4);
  }

  get stopped(): boolean {
    return Atomics.load(this.#flags, 0) === 1;
  }

  stop(): void {
    Atomics.store(this.#flags, 0, 1);
  }

  get injected(): Injected {
    const [lost = 0, duplicated = 0, reordered = 0, corrupted = 0] = this.#counts;
    return { lost, duplicated, reordered, corrupted };
  }

  set injected({ lost, duplicated, reordered, corrupted }: Injected) {
    this.#counts.set([lost, duplicated, reordered, corrupted]);
  }
}

/** An echo server that impairs its replies. */
export interface ImpairingServer {
  readonly address: InternetAddress;
  /** Returns what the server has injected into datagrams so far. */
  injected(): Injected;
  /** Stops the server; resolves when its thread has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the server in its own thread, on a loopback port that the kernel chooses.
 * @throws {Error} when it cannot start.
 */
export async function startImpairingServer(
  impairments: Impairments,
  { transport, cpus = [] }: { readonly transport: Transport; readonly cpus?: readonly number[] },
): Promise<ImpairingServer> {
  const board = new ImpairingBoard();
  const spec: ImpairingSpec = { impairments, transport, cpus, board: board.buffer };
  const worker = new Worker(new URL('./impairing-main.js', import.meta.url), { workerData: spec, env: SHARE_ENV });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const address = await new Promise<InternetAddress>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the reference server ended before it was ready')));
  });
  return {
    address,
    injected: () => board.injected,
    async stop() {
      board.stop();
      await exited;
    },
  };
}
