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

const NO_RANKING =
  'One search per target is not enough to rank them: brackets that overlap, or are close to each other, give no order.';

function stateOf({ outcome, confirmed, refuted, limit }: Capacity, slo: string): string | undefined {
  switch (outcome) {
    case 'bracketed':
      return `kept ${slo} at ${perSecond(confirmed)}, but not at ${perSecond(refuted)}.`;
    case 'at-least':
      return `kept ${slo} at ${perSecond(confirmed)}; ${BEYOND[limit ?? 'highest-rate']}`;
    case 'none':
      return `kept ${slo} at no rate that was tried, down to ${perSecond(refuted)}.`;
    case 'unknown':
      return unknownBy(limit, slo);
  }
}

function unknownBy(limit: Capacity['limit'], slo: string): string | undefined {
  if (limit === 'generator') return `kept ${slo} at no rate that was tried, and the generator may be the cause.`;
  return limit === 'unmeasured' ? `could not be compared with ${slo}, because not all of it was measured.` : undefined;
}

const BEYOND = {
  generator: 'it may be able to do more, but the generator was the limit.',
  'highest-rate': 'no higher rate can be offered.',
  unmeasured: 'above that rate, not all of that was measured, so its limit is not known.',
  budget: 'the budget ended before its limit was found.',
  failure: 'a trial failed before its limit was found.',
  interruption: 'the search was interrupted before its limit was found.',
} as const satisfies Record<NonNullable<Capacity['limit']>, string>;

function perSecond(rate: number | null): string {
  return `${whole(rate ?? Number.NaN)} requests/s`;
}

function placeOf(capacity: Capacity): string {
  const { transport, connections } = capacity;
  const work = workWords(capacity);
  return `${transport}, ${connections} connection${connections === 1 ? '' : 's'}${work === null ? '' : `, ${work}`}`;
}
