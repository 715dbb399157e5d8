import type { Comparison } from '../../model/result.ts';
import type { Leaders } from '../../model/scaling.ts';

type LevelRanking = NonNullable<Comparison['rankings']>[number];

/**
 * Returns which targets lead in which ranges of connections. At each level, the leaders are the targets that no other
 * is ahead of; neighbouring levels with the same leaders are joined. A range that merely fails to distinguish others
 * from the leaders before and after it is assigned to those leaders: it is no evidence of two crossovers.
 * @param rankings by throughput, levels ascending.
 */
export function leadersOf(rankings: readonly LevelRanking[]): Leaders[] {
  const stretches = joined(rankings.map(leadersAt));
  return joined(
    stretches.map((stretch, i) => {
      const [before, after] = [stretches[i - 1], stretches[i + 1]];
      const blurs = before && after && sameTargets(before, after) && isBlurOf(stretch, before);
      return blurs ? { ...stretch, targets: before.targets, relation: before.relation } : stretch;
    }),
  );
}

function leadersAt({ connections, unbeaten, pairs }: LevelRanking): Leaders {
  const among = pairs.filter(({ a, b }) => unbeaten.includes(a) && unbeaten.includes(b));
  const equal = among.every(({ relation }) => relation === 'equivalent');
  return {
    from: connections,
    to: connections,
    targets: [...unbeaten].sort(),
    relation: unbeaten.length === 1 ? 'alone' : equal ? 'equivalent' : 'unresolved',
  };
}

/** Joins neighbouring ranges with the same leaders. Leaders that are unresolved at one level stay unresolved. */
function joined(stretches: readonly Leaders[]): Leaders[] {
  const all: Leaders[] = [];
  for (const next of stretches) {
    const last = all.at(-1);
    if (last === undefined || !sameTargets(last, next)) all.push(next);
    else all[all.length - 1] = { ...last, to: next.to, relation: weaker(last, next) };
  }
  return all;
}

function weaker(a: Leaders, b: Leaders): Leaders['relation'] {
  return a.relation === b.relation ? a.relation : 'unresolved';
}

function sameTargets(a: Leaders, b: Leaders): boolean {
  return a.targets.join('\n') === b.targets.join('\n');
}

function isBlurOf({ relation, targets }: Leaders, leaders: Leaders): boolean {
  return relation === 'unresolved' && leaders.targets.every((target) => targets.includes(target));
}
