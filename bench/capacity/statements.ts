import type { Capacity } from '../model/capacity.ts';
import { workWords } from '../model/work-words.ts';
import { whole } from '../run/amounts.ts';

/** Returns the statements that the capacities justify, as sentences. A target without a result has none. */
export function stateCapacities(capacities: readonly Capacity[], slos: readonly string[]): string[] {
  const places = new Set(capacities.map(placeOf));
  const statements = capacities.flatMap((capacity) => {
    const where = places.size > 1 ? ` (${placeOf(capacity)})` : '';
    const sentence = stateOf(capacity, slos.join(' and '));
    return sentence === undefined ? [] : [`${capacity.target}${where} ${sentence}`];
  });
  return statements.length < 2 ? statements : [...statements, NO_RANKING];
}

const NO_RANKING = 'One search each ranks nobody: brackets that overlap, or lie near each other, are no order.';

function stateOf({ outcome, confirmed, refuted, limit }: Capacity, slo: string): string | undefined {
  switch (outcome) {
    case 'bracketed':
      return `kept ${slo} at ${perSecond(confirmed)}, and no longer at ${perSecond(refuted)}.`;
    case 'at-least':
      return `kept ${slo} at ${perSecond(confirmed)}; ${BEYOND[limit ?? 'highest-rate']}`;
    case 'none':
      return `kept ${slo} at no rate, down to ${perSecond(refuted)}.`;
    case 'unknown':
      return unknownBy(limit, slo);
  }
}

function unknownBy(limit: Capacity['limit'], slo: string): string | undefined {
  if (limit === 'generator') return `kept ${slo} at no rate that was tried, and the generator may be why.`;
  return limit === 'unmeasured' ? `could not be held against ${slo}, as not all of it was measured.` : undefined;
}

const BEYOND = {
  generator: 'it may be able to do more, but the generator was the limit.',
  'highest-rate': 'no higher rate can be offered.',
  unmeasured: 'then not all of that was measured, so where it gives up is not known.',
  budget: 'the budget did not suffice to find out where it gives up.',
  failure: 'a trial failed before it was found out where it gives up.',
  interruption: 'the search was interrupted before it was found out where it gives up.',
} as const satisfies Record<NonNullable<Capacity['limit']>, string>;

function perSecond(rate: number | null): string {
  return `${whole(rate ?? Number.NaN)} requests/s`;
}

function placeOf(capacity: Capacity): string {
  const { transport, connections } = capacity;
  const work = workWords(capacity);
  return `${transport}, ${connections} connection${connections === 1 ? '' : 's'}${work === null ? '' : `, ${work}`}`;
}
