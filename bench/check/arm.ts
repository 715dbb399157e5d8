import type { TransportName } from '../../servers/transport.ts';
import { formatAddress } from '../../sockets/address.ts';
import { Generator, type LoadPlan } from '../load/generator.ts';
import type { LoadReport } from '../load/load-report.ts';
import { nowNanos } from '../measure/clock.ts';
import { threadNanos, treeUsage } from '../measure/procfs.ts';
import { speaksHttp } from '../model/app-workload.ts';
import { TargetError } from '../model/errors.ts';
import type { RunningTarget } from '../run/running-target.ts';
import { fetchPage } from './page.ts';

/** Result of one window of load. */
export interface WindowReading {
  readonly load: LoadReport;
  /**
   * Requests completed, drain included, divided by the time for which they were in flight. At full load every
   * connection always has its requests in flight, so the end of the window cuts no request short, however slow it is.
   */
  readonly requestsPerSecond: number;
  /** The server's CPU time per completed request, drain included; null when it is not known. */
  readonly cpuNanosPerRequest: number | null;
}

/** One program in one session: a freshly started server, and connections to it that are loaded window by window. */
export class Arm {
  readonly #label: string;
  readonly #target: RunningTarget;
  readonly #timeoutMs: number;
  readonly #page: string | null;
  readonly #generators: Generator[] = [];

  /**
   * @param label name of the arm in errors.
   * @param timeoutMs a request fails when it is not answered in this time.
   * @param page HTTP only: the page that every reply must contain; null accepts any.
   */
  constructor(label: string, target: RunningTarget, timeoutMs: number, page: string | null) {
    this.#label = label;
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.#page = page;
  }

  /**
   * Opens connections for a number of windows.
   * @throws {TargetError} when not every connection is answered.
   */
  async open(plan: Omit<LoadPlan, 'address'>): Promise<Generator> {
    const { address } = this.#target;
    const http = { host: formatAddress(address), path: '/', page: this.#page };
    const generator = new Generator({ ...plan, address, ...(speaksHttp(plan.point.app) && { http }) });
    this.#generators.push(generator);
    const { answered, opened } = await labelled(this.#label, Promise.race([generator.opened(), this.#target.died]));
    if (answered < plan.point.connections) {
      throw new TargetError(
        `only ${answered} of ${plan.point.connections} connections were answered (${opened} opened)`,
      );
    }
    // Connections close before the server stops: other windows open their own.
    this.#target.watch(false);
    return generator;
  }

  /**
   * Loads the server for one window.
   * @throws {TargetError} when requests fail or the server dies: an arm with errors is a failure, not a measurement.
   */
  async window(generator: Generator, windowMs: number): Promise<WindowReading> {
    const cpuBefore = this.#cpuNanos();
    const completedBefore = generator.completed();
    const begin = nowNanos();
    const measureEnd = begin + windowMs * 1e6;
    generator.go({ begin, warmupEnd: begin, measureEnd, drainEnd: measureEnd + this.#timeoutMs * 1e6 });
    const load = await labelled(this.#label, Promise.race([generator.finished(), this.#target.died]));
    const cpuNanos = this.#cpuNanos();
    await this.#assertWhole();
    const { timedOut, errors, corrupted, dropped } = load.counts;
    if (timedOut + errors + corrupted + dropped > 0) {
      throw new TargetError(
        `${this.#label}: ${timedOut} requests timed out, ${errors} failed, ${corrupted} got a wrong reply and ` +
          `${dropped} were never sent`,
      );
    }
    const completed = generator.completed() - completedBefore;
    // At a rate, a generator that did not get CPU time has sent nothing.
    if (completed === 0 && load.counts.sent > 0) throw new TargetError(`${this.#label} answered no request`);
    const isKnown = cpuNanos !== null && cpuBefore !== null;
    return {
      load,
      requestsPerSecond: (load.counts.completed * generator.slots) / load.inFlightSeconds,
      cpuNanosPerRequest: isKnown ? (cpuNanos - cpuBefore) / completed : null,
    };
  }

  /** CPU time that each thread of the server has used, by its number; empty when it is not known. */
  threadNanos(): ReadonlyMap<number, number> {
    return threadNanos(this.#target.pids?.() ?? []);
  }

  /** Closes the connections that were opened. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.#generators.splice(0).map((generator) => generator.stop()));
  }

  /**
   * Returns what the server answers to `GET /`.
   * @throws {TargetError} when it does not answer.
   */
  page(transport: TransportName): Promise<string> {
    const { address, died } = this.#target;
    return labelled(this.#label, Promise.race([fetchPage(address, transport, this.#timeoutMs), died]));
  }

  /** Stops load and server. Never rejects. */
  async stop(): Promise<void> {
    await this.close();
    await this.#target.stop();
  }

  /** @throws {TargetError} when a part of the server has ended. */
  async #assertWhole(): Promise<void> {
    const lost = await labelled(this.#label, this.#target.lost());
    if (lost.length > 0) throw new TargetError(`${this.#label}: ${lost.join('; ')} while the server was measured`);
  }

  #cpuNanos(): number | null {
    const pids = this.#target.pids?.();
    return pids ? treeUsage(pids).cpuNanos : null;
  }
}

/**
 * Puts the name of the arm in front of a {@link TargetError}.
 * @throws {TargetError} when the work fails with one.
 */
export async function labelled<T>(label: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    throw new TargetError(`${label}: ${error.message}`, error.stderr, { cause: error });
  }
}
