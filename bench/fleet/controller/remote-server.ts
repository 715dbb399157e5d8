import type { InternetAddress } from '../../../sockets/address.ts';
import { nowNanos } from '../../measure/clock.ts';
import { AgentError, TargetError } from '../../model/errors.ts';
import type { RunningTarget } from '../../run/running-target.ts';
import type { Gauge, ServerMeter, ServerReading } from '../../run/server-reading.ts';
import type { Bus } from '../bus/bus.ts';
import type { ServeReport, ServerAnswer, ServerKey, ServerQuestion, Serving } from '../model/serving.ts';
import { commandSubject } from '../model/subjects.ts';
import { BEAT_MS } from '../model/timing.ts';
import { encode } from '../model/wire.ts';
import { Deferred } from './deferred.ts';
import {
  beginServer,
  type RemoteServerAction,
  type RemoteServerEvent,
  type RemoteServerState,
  stepServer,
} from './remote-server-state.ts';

/** A server that another machine runs: connects the state machine of remote-server-state.ts with a bus and a clock. */
export class RemoteServer {
  readonly #bus: Bus;
  readonly #timer: NodeJS.Timeout;
  readonly #running = new Deferred<InternetAddress>();
  readonly #died = new Deferred<never>();
  readonly #ended = new Deferred<void>();
  readonly #answers = new Map<number, Deferred<ServerAnswer>>();
  #asked = 0;
  #state: RemoteServerState;

  /** Requests the server. @param name of the machine. */
  constructor(
    bus: Bus,
    key: ServerKey,
    { agent, name }: { readonly agent: string; readonly name: string },
    serving: Serving,
  ) {
    this.#bus = bus;
    const begun = beginServer({ key, agent, name, serving }, nowNanos());
    this.#state = begun.state;
    this.#timer = setInterval(() => this.#step({ kind: 'tick', now: nowNanos() }), BEAT_MS);
    for (const action of begun.actions) this.#act(action);
  }

  receive(report: ServeReport): void {
    this.#step({ kind: 'report', report, now: nowNanos() });
  }

  disconnected(message: string): void {
    this.#step({ kind: 'disconnected', message });
  }

  /**
   * Resolves when it is ready, and stops it when that fails.
   * @throws {TargetError} when it does not start. @throws {AgentError} when its machine refuses or was lost, or reports
   * another address than its owner named. @throws the reason of `signal` when that is aborted.
   */
  async ready(host: string, signal: AbortSignal): Promise<RunningTarget> {
    const aborted = new Deferred<never>();
    const abort = () => aborted.reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    try {
      const address = await Promise.race([this.#running.promise, this.#died.promise, aborted.promise]);
      if (address.host !== host) {
        throw new AgentError(`agent ${this.#state.name} serves on ${address.host}, although it named ${host}`);
      }
      return this.#target(address);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Ends it, and resolves when it has ended, or its machine cannot be reached. Never rejects. */
  async stop(): Promise<void> {
    this.#step({ kind: 'stop' });
    await this.#ended.promise;
  }

  #target(address: InternetAddress): RunningTarget {
    const meter: ServerMeter = {
      read: async <G extends Gauge>(...gauges: readonly G[]) => {
        const answer = await this.#ask({ kind: 'read', gauges: [...gauges] });
        const reading: Partial<ServerReading> = answer.kind === 'read' ? answer.reading : {};
        const missing = gauges.find((gauge) => reading[gauge] === undefined);
        if (missing !== undefined) throw new AgentError(`agent ${this.#state.name} did not read ${missing}`);
        return reading as Pick<ServerReading, G>;
      },
    };
    return {
      address,
      pids: null,
      meter,
      died: this.#died.promise,
      // What fails there is reported by `died`.
      watch: (clientsStay) => void this.#ask({ kind: 'watch', clientsStay }).catch(() => undefined),
      lost: async () => {
        const answer = await this.#ask({ kind: 'lost' });
        return answer.kind === 'lost' ? answer.lost : [];
      },
      stop: () => this.stop(),
    };
  }

  /** Asks the machine. @throws what {@link RunningTarget.died} rejects with, when there will be no answer. */
  async #ask(about: ServerQuestion): Promise<ServerAnswer> {
    const question = this.#asked++;
    const answer = new Deferred<ServerAnswer>();
    this.#answers.set(question, answer);
    this.#step({ kind: 'ask', question, about });
    return Promise.race([answer.promise, this.#died.promise]);
  }

  #step(event: RemoteServerEvent): void {
    const { state, actions } = stepServer(this.#state, event);
    this.#state = state;
    for (const action of actions) this.#act(action);
  }

  #act(action: RemoteServerAction): void {
    switch (action.kind) {
      case 'send':
        this.#bus.publish(commandSubject(this.#state.agent), encode(action.command));
        return;
      case 'running':
        this.#running.resolve(action.address);
        return;
      case 'answered':
        this.#answers.get(action.question)?.resolve(action.answer);
        this.#answers.delete(action.question);
        return;
      case 'failed': {
        const { of, message, stderr } = action;
        this.#died.reject(of === 'server' ? new TargetError(message, stderr) : new AgentError(message));
        return;
      }
      case 'ended':
        clearInterval(this.#timer);
        this.#ended.resolve();
    }
  }
}
