import type { Figure } from '../figure.ts';
import { redisRequests } from '../loads.ts';
import { floodByMemtier } from '../memtier.ts';
import { run } from '../ours.ts';
import { comparePair, pairFigures } from '../pair.ts';
import { KEYS, type RedisCommandName, type RedisFlood, redisCommands, serveRedis } from '../redis.ts';
import { floodByRedisBenchmark } from '../redis-benchmark.ts';
import type { LimitRow } from '../row.ts';
import { inTurn } from '../turns.ts';

const CONNECTIONS = 50;
/** With this many requests, about one key in 20,000 gets no value: (1 - 1/KEYS)^FILLING. */
const FILLING = 10 * KEYS;

/** SET and GET in a closed loop against redis-server: our generator, redis-benchmark and memtier_benchmark. */
export const redis = {
  name: 'redis',
  title: `Redis SET and GET of 64 B, ${CONNECTIONS} connections, redis-server`,
  needs: ['redis-server', 'redis-benchmark'],
  uses: ['memtier_benchmark'],
  figures: Object.assign({}, ...redisCommands.map(figuresOf)) as Record<string, Figure>,
  async prepare({ reference, serverCpu, loadCpu, seconds, installed }) {
    const server = await serveRedis(reference, serverCpu);
    const withCommand = (command: RedisCommandName): RedisFlood => ({
      ...{ command, connections: CONNECTIONS },
      ...{ port: server.port, cpu: loadCpu },
    });
    /** Requests per second of redis-benchmark's latest run, which determine how many the next one sends. */
    let rate: number | undefined;
    return {
      notes: [],
      async measure(random) {
        rate ??= (await floodByRedisBenchmark(reference, withCommand('SET'), FILLING)).requestsPerSecond;
        const measured: Record<string, number> = {};
        for (const command of redisCommands) {
          const flood = withCommand(command);
          const requests = Math.ceil(rate * seconds);
          const { ours, benchmark, memtier } = await inTurn(random, {
            ours: () => run(redisRequests(command, CONNECTIONS), server, loadCpu, seconds),
            benchmark: () => floodByRedisBenchmark(reference, flood, requests),
            memtier: installed.has('memtier_benchmark') ? () => floodByMemtier(reference, flood, seconds) : undefined,
          });
          rate = benchmark.requestsPerSecond;
          Object.assign(measured, readingsOf(command, comparePair(ours, benchmark)));
          if (memtier === undefined) continue;
          const memtierRatio = ours.requestsPerSecond / memtier;
          Object.assign(measured, readingsOf(command, { memtierRatio, memtierRate: memtier }));
        }
        return measured;
      },
      close: () => server.stop(),
    };
  },
} as const satisfies LimitRow;

function figuresOf(command: RedisCommandName): Record<string, Figure> {
  const figures: Record<string, Figure> = {
    ...pairFigures('redis-benchmark', { rate: 1 }),
    memtierRatio: { title: 'requests/s, ours ÷ memtier', unit: 'ratio', atLeast: 1 },
    memtierRate: { title: 'requests/s, memtier', unit: 'perSecond' },
  };
  const titled = Object.entries(figures).map(([name, figure]) => [
    `${command}-${name}`,
    { ...figure, title: `${command}: ${figure.title}` },
  ]);
  return Object.fromEntries(titled);
}

function readingsOf(command: RedisCommandName, readings: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(readings).map(([name, value]) => [`${command}-${name}`, value]));
}
