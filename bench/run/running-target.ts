import type { Served } from '../../servers/apps/catalog.ts';
import type { BalancePolicy } from '../../servers/balance/policies.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';

/** Something that answers at an address. */
export interface RunningTarget {
  readonly address: SocketAddress;
  /** Where there are several: each of them, in order. `address` is the first one's. */
  readonly members?: readonly RunningTarget[];
  /** The pids of all its processes at this moment; null when the target is not ours. */
  readonly pids: (() => readonly number[]) | null;
  /**
   * Rejects with a {@link TargetError} when the target ends by itself, or, of a built-in server, one of its threads or
   * processes does; never resolves.
   */
  readonly died: Promise<never>;
  /**
   * To be called when measuring begins: processes that have come since the target was ready are watched, too.
   * @param clientsStay do all connections stay open to the end, so that no process ends with its client?
   */
  watch(clientsStay: boolean): void;
  /**
   * To be asked when measuring has ended, before the clients leave: processes of a foreign server that are gone, though
   * it is not known how they ended, each as a clause. Empty where none is, and where the target is not ours.
   * @throws {TargetError} when one is known to have failed; of a built-in server, when any thread or process has ended.
   */
  lost(): Promise<readonly string[]>;
  /** Stops it, by force if need be, and resolves when it is gone. Never rejects. */
  stop(): Promise<void>;
}

export interface TargetOptions extends Served {
  readonly transport: TransportName;
  /** For models that balance. */
  readonly balance?: BalancePolicy;
  /** CPUs to run on; empty leaves that to the kernel. */
  readonly cpus: readonly number[];
  /** Aborted: nobody waits any longer for it to start. */
  readonly signal: AbortSignal;
}
