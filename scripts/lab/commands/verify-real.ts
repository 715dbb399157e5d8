import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import {
  holdCheck,
  isSame,
  keyOf,
  planFor,
  type RealCheck,
  type RealCheckKey,
} from '../../../bench/lab/verify/real-checks.ts';
import {
  CServer,
  NodeServer,
  type PlanOfChecks,
  type RealServer,
  type ServerName,
  serverNames,
} from '../../../bench/lab/verify/real-servers.ts';
import { EXIT } from '../../../bench/model/exit-code.ts';
import { parseDuration, parseInteger } from '../../../bench/model/units.ts';
import { readSavedChecks, saveCheck } from '../../../reports/files/saved-checks.ts';
import { prepareReport, writeReport } from '../../../reports/files/sink.ts';
import { areAsWanted, renderRealChecks } from '../../../reports/renderers/real-checks.ts';
import { jsonDocument } from '../../../reports/text/json-document.ts';
import { seedOf } from '../../../servers/random/streams.ts';
import type { Command } from '../../cli/command.ts';
import { parsed, someOf, text } from '../../cli/flag-types.ts';
import { untilInterrupted } from '../../cli/interrupt.ts';
import { log, mayColor, print, reportWidth } from '../../cli/output.ts';
import { parseSeed } from '../../cli/seed.ts';
import { orMisconfigured } from '../../session/or-misconfigured.ts';

const schema = z.strictObject({
  server: someOf('server', serverNames)
    .prefault(['c', 'node'])
    .meta({ description: 'c: the echo server in C; node: event-driven, with 20 µs of work' }),
  same: parsed(parseInteger).prefault('20').meta({ description: 'Checks of each server against itself' }),
  'worse-by-20': parsed(parseInteger)
    .prefault('10')
    .meta({ description: 'Checks against a server that takes 20 % more CPU time' }),
  'worse-by-10': parsed(parseInteger)
    .prefault('10')
    .meta({ description: 'Checks against a server that takes 10 % more CPU time' }),
  connections: parsed(parseInteger).prefault('20').meta({ alias: 'c', description: 'Connections' }),
  budget: parsed(parseDuration).prefault('5m').meta({ description: 'Time of each check' }),
  seed: parsed(parseSeed).prefault('1').meta({ description: 'Seed from which the seed of each check is derived' }),
  lines: text()
    .prefault('results/verify-real.jsonl')
    .meta({ description: 'File that gets a line for each finished check; checks in it are not run again' }),
  json: text().optional().meta({ description: 'Also write the results of all checks to this file' }),
});

/** Runs regression checks of real servers that are equal, or slower by a known share of CPU time. Takes hours. */
export const verifyReal: Command<typeof schema> = {
  name: '$0',
  describe: 'Runs checks of real servers that are the same, or slower by a known share of CPU time. Takes hours.',
  schema,
  examples: [
    ['--server c', 'Only the echo server in C; after an interruption, the same command continues'],
    ['--same 2 --worse-by-20 2 --worse-by-10 0 --lines few.jsonl', 'A few checks'],
  ],
  async run(flags) {
    const { server: servers, same, 'worse-by-20': by20, 'worse-by-10': by10, lines, json: file } = flags.values;
    const counts = [
      [0, same],
      [0.2, by20],
      [0.1, by10],
    ] as const;
    const plan = planFor(flags.values.connections, flags.values.seed, flags.values.budget);
    flags.assertNoFaults();
    if (file !== undefined) orMisconfigured(() => prepareReport(file), '--json');
    const planned = spread(servers, counts).map(({ server, worseBy, number }) => keyed(plan, server, worseBy, number));
    const saved = orMisconfigured(() => readSavedChecks(lines), '--lines');
    const known = planned.flatMap(({ key }) => saved.find((check) => isSame(check, key)) ?? []);
    if (known.length > 0) log(`${known.length} of ${planned.length} checks are in ${lines}`);
    const left = planned.filter(({ key }) => !known.some((check) => isSame(check, key)));
    const checks = [...known];
    await holdAll(left, (check) => {
      checks.push(check);
      orMisconfigured(() => saveCheck(lines, check), '--lines');
      if (file !== undefined) writeReport(file, jsonDocument(checks));
      log(`${checks.length} of ${planned.length}: ${lineOf(check)}`);
    });
    print(renderRealChecks(checks, { color: mayColor(process.stdout, false), width: reportWidth() }));
    if (checks.length < planned.length) return EXIT.interrupted;
    return areAsWanted(checks) ? EXIT.ok : EXIT.regressed;
  },
};

/** A check to run. */
interface Planned {
  readonly plan: PlanOfChecks;
  readonly key: RealCheckKey;
}

/** Derives the seed of a check from the plan's seed and its own key, so that it does not depend on which others run. */
function keyed(plan: PlanOfChecks, server: ServerName, worseBy: number, number: number): Planned {
  const part = {
    seed: plan.seed,
    round: Math.round(worseBy * 100),
    thread: serverNames.indexOf(server),
    ordinal: number,
  };
  const seeded = { ...plan, seed: seedOf('check seeds', part) };
  return { plan: seeded, key: keyOf(seeded, server, worseBy, number) };
}

/** Runs the checks one after the other, until interrupted. */
async function holdAll(planned: readonly Planned[], ended: (check: RealCheck) => void): Promise<void> {
  const servers = new Map<ServerName, RealServer>();
  try {
    await untilInterrupted(async (signal) => {
      for (const { plan, key } of planned) {
        const server = servers.get(key.server) ?? prepared(key.server);
        servers.set(key.server, server);
        ended(await holdCheck(plan, server, key, signal));
      }
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
  } finally {
    for (const server of servers.values()) server.dispose();
  }
}

function prepared(name: ServerName): RealServer {
  if (name === 'c') return orMisconfigured(() => new CServer(), '--server c');
  return new NodeServer(fileURLToPath(new URL('../../sockbench.js', import.meta.url)));
}

function lineOf({ server, worseBy, baseMicros, sessions, seconds, statement }: RealCheck): string {
  const of = baseMicros === null ? '' : ` of ${baseMicros.toFixed(2)} µs`;
  const took = `${sessions} sessions, ${Math.round(seconds)} s`;
  return `${server}, ${Math.round(worseBy * 100)} %${of} more, ${took}: ${statement}`;
}

/** Orders the checks so that each kind is evenly spread: a slow hour of the machine then affects all kinds. */
function spread(
  servers: readonly ServerName[],
  counts: readonly (readonly [worseBy: number, count: number])[],
): { readonly server: ServerName; readonly worseBy: number; readonly number: number }[] {
  return servers
    .flatMap((server) =>
      counts.flatMap(([worseBy, count]) =>
        Array.from({ length: count }, (_, i) => ({ server, worseBy, number: i + 1, at: (i + 0.5) / count })),
      ),
    )
    .sort((one, other) => one.at - other.at)
    .map(({ server, worseBy, number }) => ({ server, worseBy, number }));
}
