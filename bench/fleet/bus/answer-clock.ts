import { nowNanos } from '../../measure/clock.ts';
import { clockRequestSchema } from '../model/clock-reading.ts';
import { clockSubject } from '../model/subjects.ts';
import { decode, encode } from '../model/wire.ts';
import type { Bus } from './bus.ts';

/** Answers requests to an agent to read its clock. @returns a function that ends it. */
export function answerClock(bus: Bus, agent: string): () => void {
  return bus.subscribe(clockSubject(agent), ({ data, reply }) => {
    const received = nowNanos();
    const request = decode(clockRequestSchema, data);
    if (request === undefined || reply === undefined) return;
    bus.publish(reply, encode({ exchange: request.exchange, received, replied: nowNanos() }));
  });
}
