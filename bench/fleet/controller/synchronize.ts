import { nowNanos } from '../../measure/clock.ts';
import type { Bus } from '../bus/bus.ts';
import { type ClockExchange, type ClockOffset, offsetOf } from '../clock/offset.ts';
import { clockReplySchema } from '../model/clock-reading.ts';
import { clockSubject } from '../model/subjects.ts';
import { CLOCK_EXCHANGES } from '../model/timing.ts';
import { decode, encode } from '../model/wire.ts';

/** After this time an exchange counts as lost. */
const EXCHANGE_LIMIT_MS = 1000;
/** An agent that loses more exchanges is not asked again. */
const MAX_LOST = 2;
/** Agents asked at once: replies to many would wait for each other. */
const AT_ONCE = 4;

/** Measures the clocks of agents, in order; null for one that did not reply. */
export async function synchronize(bus: Bus, agents: readonly string[]): Promise<Map<string, ClockOffset | null>> {
  const offsets = new Map<string, ClockOffset | null>();
  for (let at = 0; at < agents.length; at += AT_ONCE) {
    const group = agents.slice(at, at + AT_ONCE);
    const found = await Promise.all(group.map((agent) => measureClock(bus, agent)));
    for (const [i, agent] of group.entries()) offsets.set(agent, found[i] ?? null);
  }
  return offsets;
}

async function measureClock(bus: Bus, agent: string): Promise<ClockOffset | null> {
  const inbox = bus.newInbox();
  let receive: (data: Uint8Array, returned: number) => void = () => {};
  const unsubscribe = bus.subscribe(inbox, ({ data }) => receive(data, nowNanos()));
  try {
    const exchanges: ClockExchange[] = [];
    for (let number = 0, lost = 0; number < CLOCK_EXCHANGES && lost < MAX_LOST; number++) {
      const exchange = await new Promise<ClockExchange | null>((resolve) => {
        const limit = setTimeout(() => resolve(null), EXCHANGE_LIMIT_MS);
        const request = encode({ exchange: number });
        receive = (data, returned) => {
          const reply = decode(clockReplySchema, data);
          if (reply?.exchange !== number) return;
          clearTimeout(limit);
          resolve({ sent, returned, received: reply.received, replied: reply.replied });
        };
        const sent = nowNanos();
        bus.publish(clockSubject(agent), request, inbox);
      });
      if (exchange === null) lost++;
      else exchanges.push(exchange);
    }
    return exchanges.length === 0 ? null : offsetOf(exchanges);
  } finally {
    unsubscribe();
  }
}
