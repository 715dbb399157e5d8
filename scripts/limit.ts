/**
 * `npm run bench:limit`: holds this project's load generator against one in C, under the same server in C, each on a
 * CPU of its own. Both are run in turn, in random order, and compared pair by pair, so that the changing speed of a
 * shared machine cancels out.
 */
import { parseArgs } from 'node:util';
import * as ours from '../bench/limit/ours.ts';
import { CReference, hasCompiler, type LimitCase, type LoadFigures } from '../bench/limit/reference.ts';
import { median } from '../bench/stats/median.ts';
import { seededRandom } from '../bench/stats/random.ts';
import { getAffinity } from '../sockets/cpu.ts';
import { whyNoLibc } from '../sockets/libc.ts';
import { print, say } from './output.ts';

interface NamedCase extends LimitCase {
  readonly name: string;
}

const CASES: readonly NamedCase[] = [
  { name: 'TCP echo, 50 connections', transport: 'tcp', inFlight: 50, size: 64 },
  { name: 'TCP echo, 500 connections', transport: 'tcp', inFlight: 500, size: 64 },
  { name: 'UDP echo, 32 in flight', transport: 'udp', inFlight: 32, size: 64 },
];

interface Pair {
  readonly ours: LoadFigures;
  readonly reference: LoadFigures;
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '11' },
    seconds: { type: 'string', default: '0.7' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
});

if (whyNoLibc() !== undefined) say(`skipped: ${whyNoLibc()}`);
else if (!hasCompiler()) say('skipped: no C compiler (cc) here; Debian has one in the package gcc');
else await compareAll(Number(values.pairs), Number(values.seconds), Number(values.seed));

async function compareAll(pairs: number, seconds: number, seed: number): Promise<void> {
  const [serverCpu = 0, loadCpu = serverCpu] = getAffinity(0);
  const reference = new CReference();
  const { server, port } = await reference.serve(serverCpu);
  const random = seededRandom(seed);
  try {
    print(
      `Ours against C, ${pairs} pairs of ${seconds} s, server on CPU ${serverCpu}, load on CPU ${loadCpu}, seed ${seed}`,
    );
    print('Medians of ratios, with their range; requests/s: more is better; CPU: less is better.');
    for (const each of CASES) {
      const measured: Pair[] = [];
      for (let i = 0; i < pairs; i++) {
        measured.push(await measurePair(each, reference, port, loadCpu, seconds, random() < 0.5));
        say(`${each.name}, pair ${i + 1} of ${pairs}: ${describePair(measured.at(-1) as Pair)}`);
      }
      print(`${each.name.padEnd(28)} ${describeRatios(measured)}`);
    }
  } finally {
    server.kill();
    reference.dispose();
  }
}

async function measurePair(
  load: LimitCase,
  reference: CReference,
  port: number,
  cpu: number,
  seconds: number,
  oursFirst: boolean,
): Promise<Pair> {
  const first = oursFirst ? await ours.flood(load, port, cpu, seconds) : undefined;
  const c = await reference.flood(load, port, cpu, seconds);
  return { ours: first ?? (await ours.flood(load, port, cpu, seconds)), reference: c };
}

function describePair({ ours, reference }: Pair): string {
  const figures = ({ requestsPerSecond, cpuMicrosPerRequest }: LoadFigures) =>
    `${Math.round(requestsPerSecond)}/s at ${cpuMicrosPerRequest.toFixed(2)} µs`;
  return `ours ${figures(ours)}, C ${figures(reference)}`;
}

function describeRatios(pairs: readonly Pair[]): string {
  const rates = pairs.map(({ ours, reference }) => ours.requestsPerSecond / reference.requestsPerSecond);
  const costs = pairs.map(({ ours, reference }) => ours.cpuMicrosPerRequest / reference.cpuMicrosPerRequest);
  return `requests/s × ${withRange(rates)}   CPU per request × ${withRange(costs)}`;
}

function withRange(ratios: readonly number[]): string {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return `${median(ratios).toFixed(3)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}
