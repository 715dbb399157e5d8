import { hostField } from '../../sockets/address.ts';
import { Generator, type LoadPlan } from '../load/generator.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { nowNanos } from '../measure/clock.ts';
import { threadNanos } from '../measure/procfs.ts';
import { TargetError } from '../model/errors.ts';
import { httpRequests } from '../model/exchange.ts';
import type { LoadSource } from '../run/load-source.ts';
import { protocolSpec } from '../run/protocol-spec.ts';
import type { RunningTarget } from '../run/running-target.ts';
import { meterOf } from '../run/server-meter.ts';
import { tlsUseOf } from '../run/tls-use.ts';
import { fetchPage } from './page.ts';
import type { CheckPlan } from './plan.ts';
import { readingOf, type WindowReading } from './window-reading.ts';

/** What an arm must know of the check. */
type ArmPlan = Pick<CheckPlan, 'point' | 'exchangeWithSecrets' | 'tlsOptions' | 'timeoutMs'>;

/** One program in one session: a freshly started server, and connections to it that are loaded window by window. */
export class Arm {
  readonly #label: string;
  readonly #target: RunningTarget;
  readonly #plan: ArmPlan;
  readonly #pages: readonly string[] | null;
  readonly #source: LoadSource | undefined;
  readonly #generators: LoadGenerator[] = [];

  /**
   * @param label name of the arm in errors.
   * @param pages HTTP only: the body of every reply to each kind of request; null accepts any.
   * @param source undefined: this process makes the load.
   */
  constructor(
    label: string,
    target: RunningTarget,
    plan: ArmPlan,
    pages: readonly string[] | null,
    source: LoadSource | undefined,
  ) {
    this.#label = label;
    this.#target = target;
    this.#plan = plan;
    this.#pages = pages;
    this.#source = source;
  }

  /**
   * Opens connections for a number of windows.
   * @throws {TargetError} when not every connection is answered. @throws {AgentError} when an agent fails.
   */
  async open(plan: Omit<LoadPlan, 'address' | 'protocol'>): Promise<LoadGenerator> {
    const { address } = this.#target;
    const destination = { host: hostField(address), path: '/', pages: this.#pages };
    const { exchangeWithSecrets: exchange = plan.point.exchange, tlsOptions } = this.#plan;
    const protocol = protocolSpec(plan.point, destination, exchange);
    const whole = { ...plan, address, protocol, ...tlsUseOf(plan.point, tlsOptions, [address]) };
    const generator = this.#source?.start(whole, { destinations: [destination], exchange }) ?? new Generator(whole);
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
   * @throws {AgentError} when an agent fails.
   */
  async window(generator: LoadGenerator, windowMs: number): Promise<WindowReading> {
    const cpuBefore = await this.#cpuNanos();
    const begin = nowNanos() + generator.aheadNanos;
    const measureEnd = begin + windowMs * 1e6;
    generator.go({ begin, warmupEnd: begin, measureEnd, drainEnd: measureEnd + this.#plan.timeoutMs * 1e6 });
    const { connections, pipelining } = this.#plan.point;
    const slots = connections * pipelining;
    // The target's promise lives as long as the server, and holds the result of every race with it: not a whole report.
    const ended = generator.finished().then((load) => ({ counts: load.counts, reading: readingOf(load, slots) }));
    const { counts, reading } = await labelled(this.#label, Promise.race([ended, this.#target.died]));
    const cpuNanos = await this.#cpuNanos();
    await this.#assertWhole();
    const { sent, completed, timedOut, errors, corrupted, dropped } = counts;
    if (timedOut + errors + corrupted + dropped > 0) {
      throw new TargetError(
        `${this.#label}: ${timedOut} requests timed out, ${errors} failed, ${corrupted} got a wrong reply and ` +
          `${dropped} were never sent`,
      );
    }
    // At a rate, a generator that did not get CPU time has sent nothing.
    if (completed === 0 && sent > 0) throw new TargetError(`${this.#label} answered no request of ${sent}`);
    const isKnown = cpuNanos !== null && cpuBefore !== null;
    return { ...reading, cpuNanosPerRequest: isKnown ? (cpuNanos - cpuBefore) / completed : null };
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
   * Returns what an HTTP server answers to each kind of request of the load.
   * @throws {TargetError} when it does not answer.
   */
  async pages(): Promise<string[]> {
    const { address, died } = this.#target;
    const { point, exchangeWithSecrets = point.exchange, timeoutMs } = this.#plan;
    const pages: string[] = [];
    for (const request of httpRequests(exchangeWithSecrets, '/')) {
      const page = fetchPage(address, point.transport, request, timeoutMs);
      pages.push(await labelled(this.#label, Promise.race([page, died])));
    }
    return pages;
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

  async #cpuNanos(): Promise<number | null> {
    const { usage } = await labelled(this.#label, meterOf(this.#target).read('usage'));
    return usage?.cpuNanos ?? null;
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
