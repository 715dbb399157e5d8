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
  /** Rejects with a {@link TargetError} when the target ends by itself; never resolves. */
  readonly died: Promise<never>;
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
