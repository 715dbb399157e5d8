import type { CreateApp } from './app.ts';
import type { Capability, CarriedApp } from './capability.ts';
import { PAGE } from './http/page.ts';
import type { HttpTimeLimits } from './http/time-limits.ts';

/**
 * The workloads with which a load generator can measure an app: send requests and compare the replies, send as fast as
 * the app reads, receive as fast as it sends, or send lines and receive those of others. Null: none.
 */
export type ServedWorkload = 'request-response' | 'upload' | 'download' | 'broadcast' | null;

/** A protocol between the transport and the app's messages. It decides which clients can measure the app. */
export type AppProtocol = 'HTTP' | 'WebSocket';

export interface AppEntry extends CarriedApp {
  readonly title: string;
  readonly summary: string;
  /** True if it answers datagrams, so that a forged source address directs its replies at others: see reflection.ts. */
  readonly answersDatagrams?: boolean;
  /** The workload that measures it. */
  readonly workload: ServedWorkload;
  /** Default: none, messages are bytes of the transport. */
  readonly protocol?: AppProtocol;
  /** Body of every reply, for an app that speaks HTTP. */
  readonly page?: string;
  /** The time limits of clients that have an effect on it. Default: none. */
  readonly timeLimits?: readonly (keyof HttpTimeLimits)[];
  /** Why its requests can't be given work, as a clause. */
  readonly withoutWork?: string;
  /** The app that `serve --once` serves in its place: one that closes without reading. It may be the app itself. */
  readonly once?: string;
  /** Imports the app on demand, so that listing apps costs nothing. */
  readonly load: () => Promise<{ readonly createApp: CreateApp }>;
}

const both = ['tcp', 'udp'] as const;

/** Every app, by name. To add one, write `apps/NAME.ts` and add an entry here. */
export const apps = {
  echo: {
    title: 'Echo',
    summary: 'sends back every byte it receives (RFC 862)',
    transports: both,
    answersDatagrams: true,
    workload: 'request-response',
    load: () => import('./echo.ts'),
  },
  discard: {
    title: 'Discard',
    summary: 'reads everything and discards it (RFC 863)',
    transports: both,
    workload: 'upload',
    load: () => import('./discard.ts'),
  },
  chargen: {
    title: 'Character generator',
    summary: 'sends a pattern without end; answers a datagram with up to 512 characters of it (RFC 864)',
    transports: both,
    answersDatagrams: true,
    workload: 'download',
    load: () => import('./chargen.ts'),
  },
  greeting: {
    title: 'Greeting',
    summary: 'sends first ("Hello from server"), reads one message, closes',
    transports: ['tcp'],
    workload: null,
    once: 'greeting-once',
    load: () => import('./greeting.ts'),
  },
  'greeting-once': {
    title: 'Greeting, once',
    summary: 'the same without reading: sends the greeting and closes',
    transports: ['tcp'],
    workload: null,
    once: 'greeting-once',
    load: () => import('./greeting-once.ts'),
  },
  ack: {
    title: 'Ack',
    summary: 'replies ACK to a message, then closes; over UDP replies ACK to each datagram',
    transports: both,
    answersDatagrams: true,
    workload: null,
    load: () => import('./ack.ts'),
  },
  websocket: {
    title: 'WebSocket',
    summary: 'sends back every WebSocket message, text or binary (RFC 6455)',
    transports: ['tcp'],
    needs: ['node-streams'],
    workload: 'request-response',
    protocol: 'WebSocket',
    timeLimits: ['idleMs', 'headerMs'],
    withoutWork: 'a library handles the requests of websocket, so no work can be added to them',
    load: () => import('./websocket.ts'),
  },
  'chat-operator': {
    title: 'Chat with the operator',
    summary: "answers each line with what is typed at the server's terminal; one client at a time, the others wait",
    transports: ['tcp'],
    needs: ['unprompted-replies', 'terminal'],
    workload: null,
    load: () => import('./chat-operator.ts'),
  },
  chat: {
    title: 'Chat',
    summary: 'sends each line of a client to all others, in one order; drops a client that reads too slowly',
    transports: ['tcp'],
    needs: ['room'],
    workload: 'broadcast',
    withoutWork: 'a chat forwards lines, and has no requests to add work to',
    load: () => import('./chat.ts'),
  },
  http: {
    title: 'HTTP',
    summary: 'HTTP/1.1: answers GET and HEAD of any path with "Hello, World!" (RFC 9112)',
    transports: ['tcp'],
    workload: 'request-response',
    protocol: 'HTTP',
    page: PAGE,
    timeLimits: ['idleMs', 'headerMs', 'requestMs'],
    load: () => import('./http.ts'),
  },
} as const satisfies Record<string, AppEntry>;

export type AppName = keyof typeof apps;

export const appNames = Object.keys(apps) as AppName[];

/** The app that is served and measured unless another one is named. */
export const DEFAULT_APP = 'echo' satisfies AppName;

/** Reports whether an app sends to all clients of a server, so that its model must provide a room. */
export function needsRoom(app: AppName): boolean {
  return needs(app, 'room');
}

/** Reports whether an app talks to the person at the server's terminal. */
export function needsTerminal(app: AppName): boolean {
  return needs(app, 'terminal');
}

function needs(app: AppName, capability: Capability): boolean {
  const { needs = [] }: AppEntry = apps[app];
  return needs.includes(capability);
}

/** Returns the app that `serve --once` serves in place of an app; undefined when there is none. */
export function onceOf(app: AppName): AppName | undefined {
  const entry = apps[app];
  return 'once' in entry ? entry.once : undefined;
}

/** Reports whether an app answers datagrams. */
export function answersDatagrams(app: AppName): boolean {
  const { answersDatagrams = false }: AppEntry = apps[app];
  return answersDatagrams;
}
