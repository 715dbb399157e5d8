import type { Transport } from '../sockets/socket.ts';
import type { TransportName } from './transport.ts';

/** What some apps need of a model beyond bytes in, bytes out; as it is said of an app that needs it. */
export const capabilities = {
  'node-streams': "connections that are Node's own streams",
  'unprompted-replies': 'sessions that may speak at any time, not only when they are spoken to',
  room: 'clients that are served at the same time and reach each other, in whatever thread or process each is',
  terminal: 'to run in the process that has the terminal, in its main thread',
} as const;

export type Capability = keyof typeof capabilities;

/** What of a model decides what it carries. */
export interface CarryingModel {
  readonly transports: readonly TransportName[];
  /** Why it leaves out a transport: mostly because the model would mean nothing there. */
  readonly without?: Readonly<Partial<Record<TransportName, string>>>;
  readonly can?: readonly Capability[];
}

/** What of an app decides which models carry it. */
export interface CarriedApp {
  /** What of the kernel's it is spoken over; and over what is laid on that. */
  readonly transports: readonly Transport[];
  readonly needs?: readonly Capability[];
}
