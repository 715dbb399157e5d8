import { describe, expect, test } from 'vitest';
import type * as Separation from '../../bench/check/separation.ts';
import type { ForeignServer, SingleTarget } from '../../bench/model/configuration.ts';
import { placeOnCpus } from '../../bench/run/placement.ts';
import { getAffinity } from '../../sockets/os/cpu.ts';
import { echoInC } from '../cli/echo-in-c.ts';
import { whyMissing } from '../requirements.ts';
import { baselinePlan } from './check/baselines.ts';

/** Its servers and threads are programs of JavaScript. */
const built = new URL('../../dist/bench/check/separation.js', import.meta.url).href;
const { separate }: typeof Separation = await import(built);

const signal = new AbortController().signal;
const cpus = whyMissing('libc') === undefined ? getAffinity(0) : [];
const plan = baselinePlan({ serverCpus: null, loadCpus: null, threads: null });

const echo = echoInC();

/** Returns the echo server in C, which has one thread. */
function oneThread(): ForeignServer {
  return { kind: 'exec', name: 'c', command: echo(), startLimitMs: 60_000 };
}

/** Places the check of two programs under 20 connections. */
function placed(a: SingleTarget, b: ForeignServer, requested: Parameters<typeof placeOnCpus>[1] = plan) {
  const point = { ...plan.point, connections: 20 };
  const whole = { ...plan, ...requested, a, b, point, timeoutMs: 60_000, openTimeoutMs: 60_000 };
  return separate(whole, placeOnCpus(cpus, whole), signal);
}

const skipped = cpus.length < 2 || cpus.length > 3 || whyMissing('cc') !== undefined;

describe.skipIf(skipped)('on two or three CPUs (needs a C compiler)', () => {
  test('programs of one thread get a CPU, and the generator the others', async () => {
    const server = oneThread();
    const [first, ...others] = cpus;
    expect(await placed(server, server)).toEqual({
      ...{ serverCpus: [first], loadCpus: others, threads: others.length },
      warnings: [],
    });
  });

  test('a program of several busy threads shares all CPUs with the generator', async () => {
    const { serverCpus, loadCpus } = await placed({ kind: 'model', model: 'multi-reactor' }, oneThread());
    expect({ serverCpus, loadCpus }).toEqual({ serverCpus: [], loadCpus: [] });
  });

  test('CPUs that the user chose are kept', async () => {
    const requested = { serverCpus: [...cpus], loadCpus: null, threads: null };
    expect((await placed(oneThread(), oneThread(), requested)).serverCpus).toEqual(cpus);
  });
});
