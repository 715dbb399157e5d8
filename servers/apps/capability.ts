import type { Transport } from '../../sockets/socket.ts';
import type { TransportName } from '../transport.ts';

/** What some apps need from a model beyond bytes in, bytes out. The text completes "APP needs …". */
export const capabilities = {
  'node-streams': "connections that are Node's own streams",
  'unprompted-replies': 'sessions that may send at any time, not only in reply',
  room: 'clients that are served at the same time and reach each other, in any thread or process',
  terminal: 'to run in the process that has the terminal, in its main thread',
} as const;

export type Capability = keyof typeof capabilities;

/** The properties of a model that decide which apps it carries, and over which transports. */
export interface CarryingModel {
  readonly transports: readonly TransportName[];
  /** Why the model leaves a transport out: mostly because the model would have no meaning there. */
  readonly without?: Readonly<Partial<Record<TransportName, string>>>;
  readonly can?: readonly Capability[];
}

/** The properties of an app that decide which models carry it. */
export interface CarriedApp {
  /** What the app works over: `tcp` stands for every stream, `udp` for datagrams. */
  readonly transports: readonly Transport[];
  readonly needs?: readonly Capability[];
}
