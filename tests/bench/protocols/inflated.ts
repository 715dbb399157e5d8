import { texts } from '../../../bench/load/protocols/websocket/faults.ts';
import { Inflater } from '../../../bench/load/protocols/websocket/inflater.ts';

export interface InflateResult {
  /** Description of the fault; empty when the message is as expected. */
  readonly fault: string;
  readonly position: number;
}

/** Inflates a compressed message, cut at the given positions, and compares it with `message`. */
export function inflated(
  payload: Uint8Array,
  message: Buffer,
  cuts: readonly number[] = [],
  windowBits = 15,
): InflateResult {
  const inflater = new Inflater(2);
  inflater.agree(1, windowBits);
  inflater.start(1);
  let at = 0;
  for (const end of [...cuts, payload.length]) {
    if (end === at) continue;
    const position = inflater.read(1, payload, at, end, message, message.length);
    if (inflater.fault !== 0) return { fault: texts[inflater.fault] ?? '', position };
    at = end;
  }
  return { fault: texts[inflater.finish(1, message.length)] ?? '', position: payload.length };
}
