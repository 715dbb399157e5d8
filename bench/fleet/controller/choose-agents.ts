import type { AgentChoice } from '../../model/fleet.ts';
import type { AgentCard } from '../model/agent-card.ts';

/** Reports whether the agents found are as many as can be waited for. */
export function isEnough(choice: AgentChoice, cards: readonly AgentCard[]): boolean {
  return choice.kind === 'number' && cards.filter(makesLoad).filter(isUsable).length >= choice.number;
}

/**
 * Chooses agents that are idle and can make load.
 * @throws {RangeError} when there are not as many as requested, or none, or one that was requested is not usable.
 */
export function chooseAgents(choice: AgentChoice, cards: readonly AgentCard[]): AgentCard[] {
  const wanted = cards
    .filter(makesLoad)
    .filter((card) => choice.kind !== 'label' || card.labels[choice.label] === choice.value);
  const usable = wanted.filter(isUsable);
  if (choice.kind === 'number') {
    if (usable.length >= choice.number) return usable.slice(0, choice.number);
    throw new RangeError(`${usable.length} of ${choice.number} agents are there${whyNot(wanted)}: ${ADVICE}`);
  }
  if (wanted.length === 0) {
    const which = choice.kind === 'label' ? ` with ${choice.label}=${choice.value}` : '';
    throw new RangeError(`there are no agents${which}: ${ADVICE}`);
  }
  // All of them were requested: fewer would be another load.
  if (usable.length < wanted.length) throw new RangeError(`some agents can't be used${whyNot(wanted)}`);
  return usable;
}

/** Returns agents whose names differ: those of one machine get their labels, or a number. */
export function distinguished(cards: readonly AgentCard[]): AgentCard[] {
  return cards.map((card) => {
    const same = cards.filter(({ name }) => name === card.name);
    if (same.length === 1) return card;
    const isUnlike = same.filter((other) => labelText(other) === labelText(card)).length === 1;
    const mark = isUnlike && labelText(card) !== '' ? ` ${labelText(card)}` : `#${same.indexOf(card) + 1}`;
    return { ...card, name: card.name + mark };
  });
}

function labelText({ labels }: AgentCard): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return pairs.join(' ');
}

const ADVICE = 'start them with sockbench agent, or look at sockbench agents';

/** One that starts servers makes no load: it would take CPU time from them. */
function makesLoad({ serves }: AgentCard): boolean {
  return serves === undefined;
}

function isUsable({ state, findings }: AgentCard): boolean {
  return state === 'idle' && !findings.some(({ verdict }) => verdict === 'bad');
}

function whyNot(cards: readonly AgentCard[]): string {
  const reasons = cards
    .filter((card) => !isUsable(card))
    .map(({ name, state, findings, version }) => {
      if (state === 'incompatible') return `${name} has another version of sockbench, ${version}`;
      const bad = findings.find(({ verdict }) => verdict === 'bad');
      return `${name} is ${state === 'idle' ? `unfit (${bad?.what}: ${bad?.found})` : state}`;
    });
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
}
