import type { StreamKey } from '../../../servers/random/streams.ts';
import type { SocketAddress } from '../../../sockets/address.ts';
import type { Timestamps } from '../../model/configuration.ts';
import type { OperatingPoint } from '../../model/operating-point.ts';
import type { SelectPolicy } from '../../model/select-policy.ts';
import type { TlsOptions } from '../../model/tls-options.ts';
import type { PacerSpec } from '../arrivals/pacer.ts';
import type { ProfileSpec } from '../arrivals/profile.ts';
import type { ProtocolSpec } from '../protocols/make-protocol.ts';

/** Several targets, and how clients choose among them. */
export interface Selection {
  readonly addresses: readonly SocketAddress[];
  readonly policy: SelectPolicy;
}

/** How clients use TLS. */
export interface TlsUse {
  readonly options: TlsOptions;
  /** Name or address in the URL of each target; one when it is the same for all. */
  readonly hosts: readonly string[];
}

/** One generator thread's part of a load. Plain data and shared memory, so that it can be passed to the thread. */
export interface Assignment {
  /** The load of the whole trial, except that `connections` counts this thread's connections only. */
  readonly point: OperatingPoint;
  readonly address: SocketAddress;
  /** Index of this thread among `threads`. */
  readonly thread: number;
  readonly threads: number;
  /** Index of the thread's first connection among those of all threads. It identifies requests. */
  readonly firstConnection: number;
  /** Selects the random streams; the same for all threads. */
  readonly streamKey: StreamKey;
  /** CPUs to run on; when empty, the kernel chooses. */
  readonly cpus: readonly number[];
  /** Schedule of requests; null for a closed loop. */
  readonly pacer: PacerSpec | null;
  /**
   * Whether each request is sent when it is due at any rate, because small differences of response times matter.
   * Otherwise requests that follow each other closely are sent in groups: see event-wait.ts. Default: false.
   */
  readonly isExact?: boolean;
  /** Number of connections of all threads in use over time; null: all of them. */
  readonly levels: ProfileSpec | null;
  /** Measuring ends when this many requests of this thread have ended; null: when its time is over. */
  readonly requests: number | null;
  /** What clients exchange with the server. */
  readonly protocol: ProtocolSpec;
  /** How clients use TLS, and the host of the target's URL. Default: {@link tlsOptions}, and the address. */
  readonly tls?: TlsUse;
  /** Number of windows: how often the load runs and is measured over the same connections. */
  readonly windows: number;
  /** Present when there are several targets; `address` is then the first one's. */
  readonly selection?: Selection;
  readonly timestamps: Timestamps;
  readonly timeoutMs: number;
  readonly openTimeoutMs: number;
  readonly control: SharedArrayBuffer;
  readonly live: SharedArrayBuffer;
}

/** Divides connections among threads as evenly as possible: the first threads get one more. */
export function shareOf(connections: number, threads: number, thread: number): { first: number; count: number } {
  const base = Math.floor(connections / threads);
  const rest = connections % threads;
  return { first: thread * base + Math.min(thread, rest), count: base + (thread < rest ? 1 : 0) };
}
