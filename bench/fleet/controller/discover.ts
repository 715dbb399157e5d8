import type { Bus } from '../bus/bus.ts';
import { type AgentCard, agentCardSchema } from '../model/agent-card.ts';
import { PING_SUBJECT } from '../model/subjects.ts';
import { decode } from '../model/wire.ts';

/** Most agents that a controller uses. */
const MAX_AGENTS = 1000;

/**
 * Collects the cards of the agents that reply, in the order of their machines' names.
 * @param limitMs how long to wait.
 * @param enough ends the wait early.
 */
export async function discover(
  bus: Bus,
  limitMs: number,
  enough: (cards: readonly AgentCard[]) => boolean = () => false,
): Promise<AgentCard[]> {
  const cards = new Map<string, AgentCard>();
  const inbox = bus.newInbox();
  let unsubscribe = () => {};
  await new Promise<void>((resolve) => {
    const ask = () => bus.publish(PING_SUBJECT, new Uint8Array(), inbox);
    // Repeated for agents that are being started.
    const again = setInterval(ask, 500);
    const end = () => {
      clearInterval(again);
      clearTimeout(limit);
      resolve();
    };
    const limit = setTimeout(end, limitMs);
    unsubscribe = bus.subscribe(inbox, ({ data }) => {
      const card = decode(agentCardSchema, data);
      if (card === undefined || cards.size >= MAX_AGENTS) return;
      cards.set(card.agent, card);
      if (enough([...cards.values()])) end();
    });
    ask();
  });
  unsubscribe();
  return [...cards.values()].sort((a, b) => compare(a.name, b.name) || compare(a.agent, b.agent));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
