import type { BalancePolicy } from '../../servers/balance/policies.ts';
import type { Served } from '../../servers/served.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import type { ServerMeter } from './server-reading.ts';

/** A target that is running and accepts requests at an address. */
export interface RunningTarget {
  readonly address: SocketAddress;
  /** Members of a group, in order; `address` is that of the first. */
  readonly members?: readonly RunningTarget[];
  /** Returns the pids of all its processes at this moment; null when this program did not start it. */
  readonly pids: (() => readonly number[]) | null;
  /** Reads what it uses; absent when its processes, if known, are on this machine: see meterOf(). */
  readonly meter?: ServerMeter;
  /**
   * Rejects with a {@link TargetError} when the target ends unexpectedly, or when a thread or process of a built-in
   * server does. Never resolves.
   */
  readonly died: Promise<never>;
  /**
   * Watches, from now on, also the processes that were started after the target was ready. Call it when measuring
   * begins.
   * @param clientsStay whether all connections stay open to the end, so that no process ends with its client.
   */
  watch(clientsStay: boolean): void;
  /**
   * Returns the processes of a foreign server that have ended in an unknown way, each as a clause. Empty when there are
   * none, and when this program did not start the target. Call it when measuring has ended, before the clients
   * disconnect.
   * @throws {TargetError} when a process is known to have failed; for a built-in server, when any thread or process has
   * ended.
   */
  lost(): Promise<readonly string[]>;
  /** Stops the target, by force if necessary, and resolves when it has ended. Never rejects. */
  stop(): Promise<void>;
}

/** The address that servers of a trial listen on, so that no other machine can reach them. */
export const LOOPBACK = '127.0.0.1';

export interface TargetOptions extends Served {
  readonly transport: TransportName;
  /** Path of the Unix-domain socket to serve on; over other transports a port is chosen. */
  readonly path?: string;
  /** IP address to listen on. Default: {@link LOOPBACK}. */
  readonly host?: string;
  /** For models that balance. */
  readonly balance?: BalancePolicy;
  /** CPUs to run on; empty: the kernel chooses. */
  readonly cpus: readonly number[];
  /** Ends the wait for the target to start. */
  readonly signal: AbortSignal;
}
