import { expect, test } from 'vitest';
import { chooseAgents, distinguished, isEnough } from '../../../bench/fleet/controller/choose-agents.ts';
import { type AgentCard, agentCardSchema, readCard } from '../../../bench/fleet/model/agent-card.ts';
import { encode } from '../../../bench/fleet/model/wire.ts';
import { parseAgentChoice } from '../../../bench/model/fleet.ts';
import { idOf } from './simulated-fleet.ts';

function card(i: number, given: Partial<AgentCard> = {}): AgentCard {
  return agentCardSchema.parse({
    ...{ protocol: 1, agent: idOf(i), name: `host-${i}`, labels: { zone: i < 2 ? 'a' : 'b' }, state: 'idle', cpus: 2 },
    ...{ kernel: '6', node: '20', version: '1', openFiles: null, targets: [], findings: [] },
    ...given,
  });
}

const four = [0, 1, 2, 3].map((i) => card(i));
const choose = (text: string, cards: readonly AgentCard[]) =>
  chooseAgents(parseAgentChoice(text), cards).map(({ name }) => name);

test('a number, all, or those with a label', () => {
  expect(choose('3', four)).toEqual(['host-0', 'host-1', 'host-2']);
  expect(choose('all', four)).toHaveLength(4);
  expect(choose('zone=b', four)).toEqual(['host-2', 'host-3']);
});

test('a number is taken of those that are idle and fit', () => {
  const unfit = { what: 'system calls', found: 'not available', verdict: 'bad' as const, advice: '' };
  const some = [card(0, { state: 'busy' }), card(1, { findings: [unfit] }), card(2), card(3)];
  expect(choose('2', some)).toEqual(['host-2', 'host-3']);
  expect(isEnough({ kind: 'number', number: 2 }, some)).toBe(true);
  expect(isEnough({ kind: 'number', number: 3 }, some)).toBe(false);
  expect(() => choose('3', some)).toThrow(
    '2 of 3 agents are there (host-0 is busy, host-1 is unfit (system calls: not available))',
  );
});

test('all of them must be usable: fewer would be another load', () => {
  expect(() => choose('all', [card(0), card(1, { state: 'draining' })])).toThrow('host-1 is draining');
  expect(() => choose('zone=c', four)).toThrow('there are no agents with zone=c');
  expect(() => choose('all', [])).toThrow('there are no agents: start them with sockbench agent');
});

test('an agent with another version is named, and not used', () => {
  const bytes = encode({ protocol: 2, agent: idOf(4), name: 'newer', version: '2.0.0', load: {} });
  const newer = readCard(bytes);
  expect(newer).toMatchObject({ name: 'newer', state: 'incompatible' });
  expect(() => choose('5', [...four, newer as AgentCard])).toThrow(/newer has another version of sockbench, 2\.0\.0/);
  expect(readCard(encode({ protocol: 1, agent: idOf(4), name: 'broken', version: '1' }))).toBeUndefined();
});

test('agents of one machine are distinguished by their labels, or numbered', () => {
  const names = (...cards: AgentCard[]) => distinguished(cards).map(({ name }) => name);
  const name = 'host';
  expect(names(card(0, { name }), card(2, { name }), card(3))).toEqual(['host zone=a', 'host zone=b', 'host-3']);
  expect(names(card(0, { name }), card(1, { name }))).toEqual(['host#1', 'host#2']);
});
