import type { CpuGain, Leaders, Scaling } from '../../model/scaling.ts';
import { rounded } from '../amounts.ts';
import { listed } from '../listed.ts';
import { scenarioWords } from '../verdict.ts';

/** Returns the sentences about a sweep that its verdict contains in addition to those about every comparison. */
export function stateScaling(scaling: Readonly<Record<string, Scaling>>, gains: readonly CpuGain[]): string[] {
  return [
    ...Object.values(scaling).flatMap((each) => {
      const map = leadersSentence(each.leaders);
      return each.targets.length < 2 || map === undefined ? [] : [`${scenarioWords(each)}: ${map}`];
    }),
    ...gains.map((gain) => `${scenarioWords(gain)}: ${gainSentence(gain)}`),
  ];
}

/** Returns which targets lead where: `below 32 connections a ≈ b; from 32 on b leads.` */
function leadersSentence(leaders: readonly Leaders[]): string | undefined {
  const [first, ...others] = leaders;
  const last = others.at(-1);
  if (first === undefined) return undefined;
  if (last === undefined) return `from ${first.from} to ${first.to} connections ${leadWords(first)}.`;
  const begins = first.from === first.to ? `with ${first.from}` : `below ${others[0]?.from}`;
  const unit = begins === 'with 1' ? 'connection' : 'connections';
  const ends = last.from === last.to ? `with ${last.from}` : `from ${last.from} on`;
  const stretches = others.slice(0, -1).map((each) => {
    const where = each.from === each.to ? `with ${each.from}` : `from ${each.from} to ${each.to}`;
    return `${where} ${leadWords(each)}`;
  });
  return [`${begins} ${unit} ${leadWords(first)}`, ...stretches, `${ends} ${leadWords(last)}.`].join('; ');
}

function leadWords({ targets, relation }: Leaders): string {
  if (relation === 'alone') return `${listed(targets)} leads`;
  return relation === 'equivalent'
    ? targets.join(' ≈ ')
    : `no target is ahead of ${listed(targets)}, which are not distinguished`;
}

function gainSentence({ target, fromCpus, toCpus, times, low, high }: CpuGain): string {
  const interval = low === null || high === null ? '' : ` (${rounded(low)} to ${rounded(high)})`;
  return `${target} does ${rounded(times)} times as much on ${toCpus} CPUs as on ${fromCpus}${interval}.`;
}
