import { hasMeasuredSize } from '../../../bench/model/app-workload.ts';
import type { CheckResult } from '../../../bench/model/check-result.ts';
import { gatedMetrics } from '../../../bench/stats/gated-metrics.ts';
import { DEFAULT_APP } from '../../../servers/apps/app-catalog.ts';
import { cpuList } from '../../text/run-heading.ts';
import { type CommandLine, type CommandPart, flag, joined, NO_CONFIG, NOTHING, unlessDefault } from './command-line.ts';
import { exchangeFlags } from './exchange-flags.ts';
import { AGENTS_NOTE, HOST_NOTE } from './measuring-command.ts';
import { writtenSeconds, writtenShare } from './written-amounts.ts';

/** Defaults of flags of `check`. A test compares them. */
const USUAL = { connections: 50, size: 64, windowMs: 50, budgetMs: 300_000 };

/** Returns the command that holds a check again, as far as results contain what it was given. */
export function checkCommand(result: CheckResult): CommandLine {
  const { plan, baseline } = result;
  const { app, exchange, transport, connections, size, windowMs, budgetMs, serverCpus, loadCpus } = plan;
  return joined(
    { words: ['sockbench', 'check'], notes: [] },
    programs(result),
    exchange?.protocol === 'plug-in' ? NOTHING : unlessDefault('app', app, DEFAULT_APP),
    exchangeFlags(exchange, '/'),
    unlessDefault('transport', transport, 'tcp'),
    unlessDefault('connections', connections, USUAL.connections),
    hasMeasuredSize(app, exchange) ? NOTHING : unlessDefault('size', size, USUAL.size),
    unlessDefault('websocket-message', plan.websocketMessage, 'binary'),
    unlessDefault('window', windowMs, USUAL.windowMs, (ms) => writtenSeconds(ms / 1000)),
    gates(result),
    budgetMs === null || (baseline === undefined && budgetMs === USUAL.budgetMs)
      ? NOTHING
      : flag('budget', writtenSeconds(budgetMs / 1000)),
    plan.nullArm ? { words: ['--null-arm'], notes: [] } : NOTHING,
    plan.confirm ? { words: ['--confirm'], notes: [] } : NOTHING,
    serverCpus.length === 0 ? NOTHING : flag('server-cpus', cpuList(serverCpus)),
    plan.agents
      ? { ...flag('agents', String(plan.agents.length)), notes: [AGENTS_NOTE] }
      : loadCpus.length === 0
        ? NOTHING
        : flag('load-cpus', cpuList(loadCpus)),
    flag('seed', String(plan.seed)),
    NO_CONFIG,
    { words: [], notes: [LACKS] },
  );
}

const LACKS =
  'Results do not contain --warmup, --timeout, --start-timeout, --threads, --max-sessions, --any-page and flags of TLS, ' +
  'if any of them was given';

function programs({ plan, baseline }: CheckResult): CommandPart {
  const { a, b, servedOn } = plan;
  if (baseline !== undefined) {
    return joined(
      flag('baseline', baseline.file),
      baseline.record ? { words: ['--record'], notes: [] } : NOTHING,
      flag('exec', b),
    );
  }
  if (servedOn !== undefined) {
    return { words: ['-a', a, '-b', b, '--serve-on', servedOn.name], notes: [HOST_NOTE] };
  }
  if (isCommand(a) && isCommand(b)) return { words: ['-a', a, '-b', b], notes: [] };
  // Both are the same command, at two commits: a is the name of one, with its hash.
  return {
    words: ['--baseline-ref', a.replace(/ \([0-9a-f]+\)$/, ''), '--exec', 'CMD {port}'],
    notes: ['Results do not contain the commands of --exec and --build'],
  };
}

/** Commands contain the place of an address; names of commits do not. */
function isCommand(program: string): boolean {
  return /\{(port|path)\}/.test(program);
}

/** Returns the metrics that were judged, with their margins where these are not the usual ones. */
function gates({ looks, baseline, plan }: CheckResult): CommandPart {
  const judged = baseline?.metrics ?? looks.at(-1)?.metrics ?? [];
  if (judged.length === 0) {
    return { words: [], notes: ['Results contain no look, and so not what --gate was'] };
  }
  const written = judged.map(({ metric, tolerated, detected }) => {
    const usual = Object.entries(gatedMetrics).find(([name]) => name === metric)?.[1];
    const isUsual = usual?.tolerated === tolerated && usual.detected === detected;
    return isUsual ? metric : `${metric}=${writtenShare(tolerated)}/${writtenShare(detected)}`;
  });
  const dropped = (plan.dropped ?? []).map(({ metric }) => metric);
  return flag('gate', [...written, ...dropped].join(','));
}
