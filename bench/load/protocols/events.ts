import { CLOSE, COMPLETE, CORRUPT, LAST, REFUSED, REFUSED_LAST } from './protocol.ts';

/** Names of the events of protocol.ts, by their numbers. */
export const eventNames = [
  'MORE',
  'READY',
  'COMPLETE',
  'LAST',
  'REFUSED',
  'REFUSED_LAST',
  'RESPOND',
  'CLOSE',
  'CORRUPT',
] as const;

/** Reports whether an event answers a request. */
export function isReply(event: number): boolean {
  return event === COMPLETE || event === LAST || event === REFUSED || event === REFUSED_LAST;
}

/** Reports whether a connection is not used after an event. */
export function endsConnection(event: number): boolean {
  return event === LAST || event === REFUSED_LAST || event === CLOSE || event === CORRUPT;
}
