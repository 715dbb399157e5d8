import {
  CLOSE,
  type ClientProtocol,
  CORRUPT,
  LAST,
  MORE,
  NO_REQUEST,
  READY,
  REFUSED_LAST,
} from '../../../bench/load/protocols/protocol.ts';
import type { ProtocolScope } from '../../../bench/load/protocols/scope.ts';

/** Three connections of a thread that is not the first one. */
export const scope: ProtocolScope = { connections: 3, firstConnection: 70, streamKey: { seed: 1 } };

const NAMES = ['more', 'ready', 'complete', 'last', 'refused', 'refused, last', 'respond', 'close', 'corrupt'];

export function latin(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Returns the bytes of a request. */
export function requestOf(protocol: ClientProtocol, c: number, sequence: number): Uint8Array {
  const out = new Uint8Array(protocol.longestRequest);
  return out.subarray(0, protocol.encode(c, sequence, out, 0));
}

/** Returns the greeting of a client. */
export function greetingOf(protocol: ClientProtocol, c = 0): Uint8Array {
  protocol.reset(c);
  const out = new Uint8Array(protocol.longestRequest);
  return out.subarray(0, protocol.greet(c, out, 0));
}

/** Returns the answer of a client to RESPOND or CLOSE. */
export function answerOf(protocol: ClientProtocol, c = 0): string {
  const out = new Uint8Array(protocol.longestRequest);
  return Buffer.from(out.subarray(0, protocol.respond?.(c, out, 0))).toString('latin1');
}

/** Result of passing bytes to a client: one event, or several joined by `+`. */
export interface Taken {
  readonly events: string;
  /** With corrupt, the description of the fault, and the position of the wrong byte. */
  readonly fault?: string;
  readonly position?: number;
}

/**
 * Passes bytes to connection 0 until they are consumed or the connection has ended. @param sequence that of the oldest
 * request; after the greeting each reply answers the next one.
 */
export function take(protocol: ClientProtocol, bytes: Uint8Array, sequence: number): Taken {
  const events: string[] = [];
  let request = sequence;
  for (let at = 0; at < bytes.length; ) {
    at = protocol.consume(0, request, bytes, at, bytes.length);
    const { event } = protocol;
    if (event === CORRUPT) {
      const fault = protocol.faults[protocol.fault] ?? '';
      return { events: [...events, 'corrupt'].join('+'), fault, position: at };
    }
    if (event !== MORE) events.push(NAMES[event] ?? '');
    if (event === LAST || event === REFUSED_LAST || event === CLOSE) break;
    if (event === READY) request = 0;
    else if (event !== MORE && request !== NO_REQUEST) request++;
  }
  return { events: events.join('+') || 'more' };
}

/** Returns the event of FIN while request 0 is in flight. */
export function finish(protocol: ClientProtocol): string {
  protocol.finish?.(0, 0);
  return NAMES[protocol.event] ?? '';
}
