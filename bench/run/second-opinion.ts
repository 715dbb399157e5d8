import type { LoadPlan } from '../load/generator.ts';
import type { RunConfiguration } from '../model/configuration.ts';
import type { Trial } from '../model/trial.ts';
import type { AutocannonLoad } from './second-opinion/autocannon-load.ts';
import { AutocannonError, AutocannonProcess } from './second-opinion/autocannon-process.ts';
import { whileRunning } from './while-running.ts';

/** A second opinion, or why there is none. */
type Opinion = Pick<Trial, 'secondOpinion'> | Pick<Trial, 'secondOpinionFailure'>;

/**
 * Measures one running server with both load generators, one after the other: ours is first in odd rounds and last in
 * even rounds, so that neither always has the server that is warm.
 * @param round counted from 1.
 * @param measure measures with our generator; its parameter is whether the server has had no load before.
 * @param ask measures with the other generator.
 * @returns our trial, with the other generator's opinion.
 */
export async function inTurns(
  round: number,
  measure: (isFresh: boolean) => Promise<Trial>,
  ask: () => Promise<Opinion>,
): Promise<Trial> {
  if (round % 2 === 1) {
    const trial = await measure(true);
    return { ...trial, ...(await ask()) };
  }
  const opinion = await ask();
  return { ...(await measure(false)), ...opinion };
}

/** Returns the load of a plan for autocannon. @throws {TypeError} when it is not HTTP. */
export function autocannonLoad(plan: LoadPlan, { warmupMs, durationMs }: RunConfiguration): AutocannonLoad {
  const { point, address, protocol, timeoutMs } = plan;
  if (protocol.kind !== 'http') throw new TypeError('autocannon measures HTTP only');
  const { transport, connections, pipelining } = point;
  const { host, requests } = protocol.exchange;
  const [request = { path: '/' }] = requests;
  return {
    ...{ address, secure: transport === 'tls', host, request, connections, pipelining },
    ...{ timeoutMs, warmupMs, durationMs },
  };
}

/**
 * Measures with autocannon. Its failure is an opinion, too, because it says nothing about the server.
 * @param cpus CPUs to run on; empty: the kernel chooses.
 * @param ended rejects when nothing more is to be measured; autocannon is ended then.
 */
export async function askAutocannon(
  load: AutocannonLoad,
  cpus: readonly number[],
  ended: Promise<never>,
): Promise<Opinion> {
  try {
    const secondOpinion = await whileRunning(new AutocannonProcess(load, cpus), ({ opinion }) =>
      Promise.race([opinion, ended]),
    );
    return { secondOpinion };
  } catch (error) {
    if (!(error instanceof AutocannonError)) throw error;
    const { message, stderr } = error;
    return { secondOpinionFailure: { engine: 'autocannon', message, stderr: [...stderr] } };
  }
}
