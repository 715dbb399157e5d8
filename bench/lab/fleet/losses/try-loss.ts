import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../../model/exit-code.ts';
import { type Result, resultSchema } from '../../../model/result.ts';
import type { Daemon } from './daemon.ts';
import type { Loss } from './losses.ts';
import { AGENT_HOSTS, type Stage } from './stage.ts';

/** What followed a loss. */
export interface LossTry {
  /** What was not as it should be. */
  readonly faults: readonly string[];
  /** Processes and connections that were left. */
  readonly left: number;
  /** When the last of the other agents had ended its load, after the loss; null: none had to. */
  readonly stoppedMs: number | null;
  /** Whether the loss came too late to change the trial. */
  readonly wasWhole: boolean;
}

/** Most time that anything takes. */
const LIMIT_MS = 60_000;
/** How long closed connections take to be seen. */
const SETTLE_MS = 5000;

/**
 * Runs a command over the agents of a stage, strikes at a moment of its first trial, and judges what follows.
 * @param momentMs after the assignment: connections are opened, the start is waited for, and load is sent.
 */
export async function tryLoss(loss: Loss, stage: Stage, momentMs: number): Promise<LossTry> {
  const directory = mkdtempSync(join(tmpdir(), 'sockbench-losses-'));
  const from = AGENT_HOSTS.map((host) => stage.agent(host).output.length);
  const command = stage.startCommand([...loss.command(stage), '--out-dir', directory]);
  const faults: string[] = [];
  const expectWithin = async <T>(ms: number, what: string, work: Promise<T>): Promise<T | undefined> => {
    const outcome = await within(ms, work);
    if (typeof outcome === 'string') faults.push(`${what}: ${outcome}`);
    return typeof outcome === 'string' ? undefined : outcome.value;
  };
  try {
    const assigned = AGENT_HOSTS.map((host, i) => stage.agent(host).waitFor(/trial 1: /, from[i]));
    await expectWithin(LIMIT_MS, 'the trial did not begin', Promise.all(assigned));
    await sleep(momentMs);
    const struckAt = performance.now();
    const stopping = [...loss.survivors.keys()].map(async (host) => {
      await stage.agent(host).waitFor(/is over: /, from[AGENT_HOSTS.indexOf(host)]);
      await stage.untilDisconnected(host);
      return performance.now() - struckAt;
    });
    loss.strike(stage, command);
    const times = await expectWithin(LIMIT_MS, 'the others did not stop', Promise.all(stopping));
    command.signal('SIGCONT');
    const code = await expectWithin(LIMIT_MS, 'the command did not end', command.ended);
    const result = savedIn(directory);
    const wasWhole = code === EXIT.ok && loss.code !== EXIT.ok;
    const mustStop = !wasWhole && Number.isFinite(loss.limitMs) && loss.survivors.size > 0;
    const stoppedMs = times !== undefined && mustStop ? Math.max(...times) : null;
    if (wasWhole) faults.push(...faultsOfWhole(result));
    else {
      const reasons = [...loss.survivors].filter(
        ([host, reason]) => !reason.test(stage.agent(host).output.slice(from[AGENT_HOSTS.indexOf(host)])),
      );
      faults.push(...reasons.map(([host]) => `the agent of host ${host} gave another reason`));
      faults.push(...faultsOf(loss, command, code, result));
      if (stoppedMs !== null && stoppedMs > loss.limitMs) faults.push(`the others stopped after ${stoppedMs} ms`);
    }
    await expectWithin(LIMIT_MS, 'the fleet did not recover', loss.recover(stage, command));
    await within(SETTLE_MS, Promise.all(AGENT_HOSTS.map((host) => stage.untilDisconnected(host))));
    return { faults, left: stage.leftRunning(), stoppedMs, wasWhole };
  } finally {
    await command.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Returns the value of some work, or why there is none. */
async function within<T>(ms: number, work: Promise<T>): Promise<{ readonly value: T } | string> {
  const end = new AbortController();
  const limit = sleep(ms, `not within ${ms} ms`, { signal: end.signal }).catch(() => 'ended');
  try {
    return await Promise.race([work.then((value) => ({ value })), limit]);
  } catch (error) {
    return String(error);
  } finally {
    end.abort();
  }
}

function savedIn(directory: string): Result | undefined {
  const file = readdirSync(directory, { recursive: true, encoding: 'utf8' }).find((name) =>
    /results\.json$/.test(name),
  );
  return file === undefined ? undefined : resultSchema.parse(JSON.parse(readFileSync(join(directory, file), 'utf8')));
}

/** Returns what is wrong with a result whose trials were over before the loss. */
function faultsOfWhole(result: Result | undefined): string[] {
  const isWhole =
    result?.failures.length === 0 && result.trials.every(({ agents }) => agents?.length === AGENT_HOSTS.length);
  return isWhole ? [] : ['the command succeeded without all agents'];
}

function faultsOf(loss: Loss, command: Daemon, code: number | null | undefined, result: Result | undefined): string[] {
  const faults: string[] = [];
  if (code !== loss.code) {
    const [why = 'no reason'] = command.output.match(/failed: .*/) ?? [];
    faults.push(`exit code ${code} in place of ${loss.code}: ${why}`);
  }
  if (!loss.says.test(command.output)) faults.push(`the command did not say why: ${command.output}`);
  if (loss.code === null) return faults;
  if (loss.code === EXIT.ok) return [...faults, ...faultsOfWhole(result)];
  if (!result?.failures.some(({ message }) => loss.says.test(message)))
    faults.push('the failure is not in the results');
  const finished = [...command.output.matchAll(/^\[\d+\/\d+\] .*req\/s/gm)].length;
  if (result?.trials.length !== finished)
    faults.push(`${finished} trials had finished, ${result?.trials.length} are saved`);
  return faults;
}
