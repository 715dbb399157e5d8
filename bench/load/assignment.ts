import type { StreamKey } from '../../servers/random.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import type { Timestamps } from '../model/configuration.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import type { SelectPolicy } from '../model/select-policy.ts';
import type { PacerSpec } from './pacers/pacer.ts';
import type { ProfileSpec } from './pacers/profile.ts';

/** What is asked of an HTTP server. */
export interface HttpExchange {
  /** Value of the Host header. */
  readonly host: string;
  /** With the query, if there is one. */
  readonly path: string;
  /** What every reply's body should be, a character for each byte; null where that isn't known. */
  readonly page: string | null;
}

/** Several targets, among which clients choose. */
export interface Selection {
  readonly addresses: readonly SocketAddress[];
  readonly policy: SelectPolicy;
}

/** One generator thread's part of a load. Plain data and shared memory: it crosses to the thread. */
export interface Assignment {
  /** The load of the whole trial, but `connections` of this thread alone. */
  readonly point: OperatingPoint;
  readonly address: SocketAddress;
  /** Which of how many threads this is. */
  readonly thread: number;
  readonly threads: number;
  /** Number of the thread's first connection among those of all threads: it marks requests. */
  readonly firstConnection: number;
  /** Which streams decide what is left to chance, the same for all threads. */
  readonly streamKey: StreamKey;
  /** CPUs to run on; empty leaves that to the kernel. */
  readonly cpus: readonly number[];
  /** Says when requests are due; null for a closed loop. */
  readonly pacer: PacerSpec | null;
  /** How many connections of all threads are in use as time goes; null: all of them. */
  readonly levels: ProfileSpec | null;
  /** Measuring ends when so many requests of this thread have ended; null: when its time is over. */
  readonly requests: number | null;
  /** For the app http alone. */
  readonly http?: HttpExchange;
  /** How often it is loaded and measured, over the same connections. */
  readonly windows: number;
  /** Where there are several targets; `address` is the first one's. */
  readonly selection?: Selection;
  readonly timestamps: Timestamps;
  readonly timeoutMs: number;
  readonly openTimeoutMs: number;
  readonly control: SharedArrayBuffer;
  readonly live: SharedArrayBuffer;
}

/** Divides connections over threads as evenly as can be: the first threads get one more. */
export function shareOf(connections: number, threads: number, thread: number): { first: number; count: number } {
  const base = Math.floor(connections / threads);
  const rest = connections % threads;
  return { first: thread * base + Math.min(thread, rest), count: base + (thread < rest ? 1 : 0) };
}
