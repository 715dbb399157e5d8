import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { threadCpuNanos } from '../../../sockets/os/cpu.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { Engine, OpeningReport, ThreadReport } from '../engine.ts';
import { LoadState } from '../ledger/load-state.ts';
import type { Assignment, HttpExchange } from '../threads/assignment.ts';
import { LoadControl } from '../threads/control.ts';
import { LiveView } from '../threads/live.ts';
import { HttpConnection, type HttpConnectionOwner, type HttpConnectionSpec } from './http-connection.ts';
import { HttpRequests } from './http-requests.ts';
import { IdleWatch } from './idle-watch.ts';

/** Connections that may be opened and not yet answered: as with sockets of our own. */
const OPENING_WINDOW = 8;
/** How often it is looked whether there is something else to do. */
const LOOK_MS = 20;
const DRAIN_LOOK_MS = 1;
/** Before a connection that failed is tried again. */
const RETRY_MS = 5;
/** autocannon's timer goes by whole milliseconds: a request this close to its time-out has timed out. */
const TIMER_SLACK_NANOS = 2e6;

/** Load by autocannon's HTTP client: a closed loop of GET requests, by Node's event loop. */
export class AutocannonEngine implements Engine, HttpConnectionOwner {
  readonly #assignment: Assignment;
  readonly #spec: HttpConnectionSpec;
  readonly #control: LoadControl;
  readonly #live: LiveView;
  readonly #state: LoadState;
  readonly #requests: HttpRequests;
  readonly #connections: HttpConnection[] = [];
  #flowing = false;
  #opening = true;
  #closed = false;
  /** Connections that have stood. */
  readonly #stood = new Set<number>();
  /** Connections that failed while opening: not tried again until the load flows. */
  readonly #failed: number[] = [];
  #lastErrno = 0;
  #lastAnswer = 0;
  readonly #idleWatch: IdleWatch;
  #completedBefore = 0;

  constructor(assignment: Assignment, exchange: HttpExchange) {
    const { point, address, timeoutMs } = assignment;
    this.#assignment = assignment;
    const secureContext = point.transport === 'tls' ? createSecureContext() : undefined;
    this.#spec = { address, exchange, pipelining: point.pipelining, timeoutMs, secureContext };
    this.#control = new LoadControl(assignment.control);
    this.#idleWatch = new IdleWatch(this.#control);
    this.#live = new LiveView(assignment.live);
    this.#state = new LoadState(point.connections, this.#live, undefined, false);
    this.#requests = new HttpRequests(point.connections, point.pipelining, exchange.page, this.#state);
  }

  async open(): Promise<OpeningReport> {
    const { openTimeoutMs, point } = this.#assignment;
    const begin = nowNanos();
    this.#lastAnswer = begin;
    this.#openMore();
    const settled = () => this.#requests.connectionsAnswered + this.#failed.length >= point.connections;
    const givenUp = () => this.#idleWatch.isIdle && this.#requests.connectionsAnswered > 0;
    const waiting = () => !(this.#control.ended || settled() || givenUp());
    while (waiting() && nowNanos() - this.#lastAnswer < openTimeoutMs * 1e6) await sleep(DRAIN_LOOK_MS);
    const end = this.#requests.connectionsAnswered === point.connections ? this.#lastAnswer : nowNanos();
    this.#openUpTo(point.connections);
    this.#opening = false;
    return {
      seconds: (end - begin) / 1e9,
      opened: this.#stood.size,
      answered: this.#requests.connectionsAnswered,
      lastErrno: this.#lastErrno,
    };
  }

  async run(): Promise<ThreadReport> {
    const schedule = await this.#control.begun();
    const { point } = this.#assignment;
    if (schedule.warmupEnd > schedule.begin) {
      this.#flow();
      await this.#until(schedule.warmupEnd, LOOK_MS);
    }
    this.#completedBefore += this.#state.counts.completed;
    this.#requests.startMeasuring();
    const begin = nowNanos();
    const cpuBefore = threadCpuNanos();
    this.#flow();
    await this.#until(schedule.measureEnd, LOOK_MS);

    this.#flowing = false;
    const end = nowNanos();
    this.#state.holds(this.#requests.outstanding, end);
    const inTime = { ...this.#state.counts };
    const report = {
      completedInTime: inTime.completed,
      bytesInTime: inTime.bytes,
      measuredSeconds: (end - begin) / 1e9,
      cpuSeconds: (threadCpuNanos() - cpuBefore) / 1e9,
      spunSeconds: 0,
      fairness: this.#state.fairness(point.connections),
      used: point.connections,
      meanInFlight: this.#state.inFlightNanos / (end - begin),
      ...{ gaps: null, jitterNanos: null, droppedBySockets: 0, portsExhausted: 0 },
    };
    this.#live.done = true;
    const drainEnd = end + schedule.drainEnd - schedule.measureEnd;
    await this.#until(drainEnd, DRAIN_LOOK_MS, () => this.#requests.hopeful === 0);
    this.#requests.abandon();
    this.#publish();
    const inFlightSeconds = this.#state.inFlightNanos / 1e9;
    return { ...report, counts: { ...this.#state.counts }, inFlightSeconds, statuses: this.#requests.statuses };
  }

  async close(): Promise<void> {
    await this.#control.over();
    this.#closed = true;
    for (const connection of this.#connections) connection.destroy();
  }

  sends(connection: number): boolean {
    const requests = this.#requests;
    // To open, each is to be answered once.
    const most = this.#flowing ? this.#spec.pipelining : this.#opening && !requests.isAnswered(connection) ? 1 : 0;
    if (requests.inFlight(connection) >= most) return false;
    requests.sent(connection);
    return true;
  }

  connected(connection: number): void {
    if (this.#opening) this.#stood.add(connection);
  }

  awaits(connection: number, nanos: number): boolean {
    return this.#requests.awaited(connection, nanos);
  }

  unasked(connection: number): void {
    this.#state.counts.unsolicited++;
    this.broke(connection, 0);
  }

  replied(connection: number, status: number, bytes: number): void {
    this.#requests.replied(connection, status, bytes);
  }

  said(body: string): void {
    this.#requests.judge(body);
    this.#publish();
    if (!this.#opening) return;
    this.#lastAnswer = nowNanos();
    this.#idleWatch.answered();
    this.#openMore();
  }

  broke(connection: number, errno: number): void {
    this.#requests.lose(connection, this.#assignment.timeoutMs * 1e6 - TIMER_SLACK_NANOS);
    if (errno !== 0) this.#lastErrno = errno;
    this.#publish();
    if (this.#opening && errno !== 0 && !this.#requests.isAnswered(connection)) {
      this.#failed.push(connection);
      this.#openMore();
      return;
    }
    // A server that closes after its replies is well; one that closes without any is not to be flooded with attempts.
    const well = errno === 0 && this.#requests.isAnswered(connection);
    setTimeout(() => this.#open(connection), well ? 0 : RETRY_MS);
  }

  #openMore(): void {
    this.#openUpTo(this.#requests.connectionsAnswered + this.#failed.length + OPENING_WINDOW);
  }

  #openUpTo(connections: number): void {
    const most = Math.min(connections, this.#assignment.point.connections);
    while (this.#connections.length < most) this.#open(this.#connections.length);
  }

  /** Opens a connection, or opens it again. */
  #open(connection: number): void {
    if (this.#closed) return;
    const client = new HttpConnection(this.#spec, connection, this);
    this.#connections[connection] = client;
    client.open();
  }

  #flow(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    for (const connection of this.#connections) connection.fill();
    for (const connection of this.#failed.splice(0)) this.#open(connection);
  }

  /** Waits until a time on the monotonic clock, or until all is done or over. */
  async #until(time: number, lookMs: number, done: () => boolean = () => false): Promise<void> {
    for (let left = time - nowNanos(); left > 0 && !done() && !this.#control.ended; left = time - nowNanos()) {
      await sleep(Math.min(lookMs, Math.ceil(left / 1e6)));
      this.#requests.look();
    }
  }

  #publish(): void {
    const { counts } = this.#state;
    this.#live.completed = this.#completedBefore + counts.completed;
    this.#live.failed = this.#state.failures;
    this.#live.bytes = counts.bytes;
  }
}
