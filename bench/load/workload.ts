import type { ProtocolNote } from './protocols/protocol.ts';
import type { DeliveryCounts } from './threads/counts.ts';

/** State of a workload's sockets. */
export interface SocketState {
  /** Sockets that were established at some time. */
  readonly opened: number;
  /** The last errno that broke a socket or kept one from opening; 0 for none. */
  readonly lastErrno: number;
  /** TCP: attempts to connect for which no local port was left. */
  readonly portsExhausted?: number;
  /** UDP: datagrams that arrived while a receive buffer was full, while measuring. */
  readonly dropped?: number;
}

/**
 * The work that clients do on their sockets: they open connections, send, receive and check. Connections are numbered
 * from 0. The engine reports which of them are ready.
 */
export interface Workload {
  /** Starts a connection, which sends its first request as soon as it is established. */
  open(connection: number): void;
  /** Handles a connection that epoll reports ready for `events`. */
  ready(connection: number, events: number): void;
  /**
   * Optional, for workloads that wait by themselves: sends what was prepared, waits up to `nanos` for an event, and
   * handles the events. @param gathering whether to wait for all of that time, while events gather.
   * @returns the time before they were handled.
   */
  exchange?(nanos: number, gathering?: boolean): number;
  /** Reads replies that are probably there, without asking epoll. @returns how many it read. */
  readExpected(): number;
  /**
   * Sends the requests that follow the replies, after everything that was ready has been handled. Sending them together
   * keeps the server from sleeping between them, and waking it is expensive: one by one cost a third of the requests/s
   * (380,000 instead of 510,000 on a machine where C reached 610,000).
   */
  settle(): void;
  /**
   * Starts the load on this connection. If it is established and has room, it asks for requests and sends them. If it
   * ended when an earlier load was over, it is opened again.
   */
  resume(connection: number): void;
  /**
   * Optional, for workloads that wait by themselves: sends what {@link resume} prepared, without waiting for anything.
   */
  handOver?(): void;
  /** Makes a request that {@link settle} will send. @returns false when the connection cannot take one. */
  request(connection: number, dueNanos: number): boolean;
  /**
   * Times out requests that could be sent before `deadline` and repairs connections. Both times in monotonic
   * nanoseconds.
   */
  sweep(now: number, deadline: number): void;
  /** Measuring begins now: earlier measurements do not count. */
  startMeasuring?(): void;
  /** Measuring ends now: accounts for what connections still hold. */
  stopMeasuring?(): void;
  /** True when the next sweep must come soon, for example to open a connection again. */
  readonly needsSweep: boolean;
  /** Requests sent and not yet answered or given up. */
  readonly outstanding: number;
  /** How many of them are on connections that never received a reply; undefined where there are no replies. */
  readonly neverAnswered?: number;
  readonly sockets: SocketState;
  /** Connections that have received a first reply. */
  readonly answered: number;
  /** RFC 3550's interarrival jitter, mean of all sockets, in nanoseconds; null before a datagram was received. */
  readonly jitterNanos?: number | null;
  /** Replies by status since measuring began, for protocols with status. */
  readonly statuses?: Record<string, number> | undefined;
  /** What the protocol has to report. */
  readonly notes?: readonly ProtocolNote[] | undefined;
  /** Broadcast: outcome of the deliveries since measuring began. */
  readonly deliveries?: DeliveryCounts;
  /** Counts every request that is still unanswered as timed out. */
  abandon(now: number): void;
  close(): void;
}

/** Maximum number of ready connections that one turn of the loop handles. */
export const TURN_EVENTS = 1024;
