import type { DeliveryCounts } from './said-lines.ts';

/** What became of a workload's sockets. */
export interface SocketState {
  /** Those that stood at some time. */
  readonly opened: number;
  /** The last errno that broke one or kept one from opening; 0 for none. */
  readonly lastErrno: number;
  /** TCP: attempts to connect for which no local port was left. */
  readonly portsExhausted?: number;
  /** UDP: datagrams that they had no room for while measuring. */
  readonly dropped?: number;
}

/**
 * What clients do on their sockets: opens connections, sends, receives and checks. Connections are numbered from 0;
 * the engine tells which of them are ready.
 */
export interface Workload {
  /** Starts a connection and, once it stands, sends its first request. */
  open(connection: number): void;
  /** epoll found the connection ready for `events`. */
  ready(connection: number, events: number): void;
  /**
   * For workloads that wait for themselves: sends what was made ready, waits until something comes, at most so long, and
   * handles it. @returns the time before it was handled.
   */
  exchange?(timeoutMs: number): number;
  /** Reads replies that are probably there, without asking epoll. @returns how many were. */
  readExpected(): number;
  /**
   * Everything that was ready has been handled: sends the requests that replies called for. Sending them together
   * keeps the server from going to sleep between them, and waking it is dear: one by one cost a third of the
   * requests/s (380,000 against 510,000 on a machine where C reached 610,000).
   */
  settle(): void;
  /**
   * The load flows, for this connection, too: asks for requests if it stands and has room for them, and sends those. One
   * that ended when an earlier load was over is opened again.
   */
  resume(connection: number): void;
  /** Makes a request that {@link settle} will send. @returns false when the connection can't take one. */
  request(connection: number, dueNanos: number): boolean;
  /** Gives up on requests that could be sent before `deadline` and mends what broke; both times in monotonic nanoseconds. */
  sweep(now: number, deadline: number): void;
  /** Measuring begins now: what was gathered before is not to count. */
  startMeasuring?(): void;
  /** Measuring ends now: what connections still hold is to be accounted for. */
  stopMeasuring?(): void;
  /** Is there something to mend soon, such as a connection to open again? */
  readonly ailing: boolean;
  /** Requests sent and not yet answered or given up. */
  readonly outstanding: number;
  /** Those of them on connections that never got an answer; missing where nothing is answered. */
  readonly hopeless?: number;
  readonly sockets: SocketState;
  /** Connections that got their first reply at some time. */
  readonly answered: number;
  /** RFC 3550's interarrival jitter, mean of all sockets, in nanoseconds; null before anything came. */
  readonly jitterNanos?: number | null;
  /** Lines that each of several is to hear: what became of them since measuring began. */
  readonly deliveries?: DeliveryCounts;
  /** Counts every request that is still unanswered as timed out. */
  abandon(now: number): void;
  close(): void;
}

/** How many ready connections one turn of the loop handles at most. */
export const TURN_EVENTS = 1024;
