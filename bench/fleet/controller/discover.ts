import { ServiceError } from '../../model/errors.ts';
import type { Bus } from '../bus/bus.ts';
import { type AgentCard, readCard } from '../model/agent-card.ts';
import { PING_SUBJECT } from '../model/subjects.ts';
import { Deferred } from './deferred.ts';

/** Most agents that a controller uses. */
const MAX_AGENTS = 1000;

/**
 * Collects the cards of the agents that reply, in the order of their machines' names.
 * @param limitMs how long to wait.
 * @param enough ends the wait early.
 * @throws {ServiceError} when the connection is lost, or may not be used for this.
 */
export async function discover(
  bus: Bus,
  limitMs: number,
  enough: (cards: readonly AgentCard[]) => boolean = () => false,
): Promise<AgentCard[]> {
  const cards = new Map<string, AgentCard>();
  const inbox = bus.newInbox();
  const ended = new Deferred<void>();
  bus.onStatus(({ kind, message }) => {
    if (kind !== 'restored') ended.reject(new ServiceError(message));
  });
  const unsubscribe = bus.subscribe(inbox, ({ data }) => {
    const card = readCard(data);
    if (card === undefined || cards.size >= MAX_AGENTS) return;
    cards.set(card.agent, card);
    if (enough([...cards.values()])) ended.resolve();
  });
  const ask = () => bus.publish(PING_SUBJECT, new Uint8Array(), inbox);
  ask();
  // Repeated for agents that are being started.
  const again = setInterval(ask, 500);
  const limit = setTimeout(ended.resolve, limitMs);
  try {
    await ended.promise;
  } finally {
    clearInterval(again);
    clearTimeout(limit);
    unsubscribe();
  }
  return [...cards.values()].sort((a, b) => compare(a.name, b.name) || compare(a.agent, b.agent));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
