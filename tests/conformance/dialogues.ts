import type { AppName } from '../../servers/apps/catalog.ts';

/** What an app answers, for the suite to compare with. */
export interface Dialogue {
  /** The whole reply to all that was sent over a stream. */
  readonly stream: (sent: Buffer) => Buffer;
  /** The one reply to a datagram. */
  readonly datagram: (sent: Buffer) => Buffer;
}

const same = (sent: Buffer) => sent;

/**
 * How to talk to each app. An app whose replies aren't as long as what it is sent needs a suite of its own: it has no
 * dialogue here.
 */
export const dialogues: Partial<Record<AppName, Dialogue>> = {
  echo: { stream: same, datagram: same },
};
