import type { App } from './app.ts';
import type { CarriedApp } from './capability.ts';

/**
 * The workloads with which a load generator can measure an app: send requests and compare the replies, send as fast as
 * the app reads, receive as fast as it sends, or send lines and receive those of others. Null: none.
 */
export type ServedWorkload = 'request-response' | 'upload' | 'download' | 'broadcast' | null;

interface AppEntry extends CarriedApp {
  readonly title: string;
  readonly summary: string;
  /** True if it answers datagrams, so that a forged source address can aim its replies at others: see reflection.ts. */
  readonly answersDatagrams?: boolean;
  /** The workload that measures it. */
  readonly workload: ServedWorkload;
  /** Imports the app on demand, so that listing apps costs nothing. */
  readonly load: () => Promise<{ readonly app: App }>;
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
    load: () => import('./greeting.ts'),
  },
  'greeting-once': {
    title: 'Greeting, once',
    summary: 'the same without reading: sends the greeting and closes',
    transports: ['tcp'],
    workload: null,
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
    load: () => import('./chat.ts'),
  },
  http: {
    title: 'HTTP',
    summary: 'HTTP/1.1: answers GET and HEAD of any path with "Hello, World!" (RFC 9112); measured by autocannon',
    transports: ['tcp'],
    workload: 'request-response',
    load: () => import('./http.ts'),
  },
} as const satisfies Record<string, AppEntry>;

export type AppName = keyof typeof apps;

export const appNames = Object.keys(apps) as AppName[];

/** Reports whether an app sends to all clients of a server, so that its model must provide a room. */
export function needsRoom(app: AppName): boolean {
  const { needs = [] }: AppEntry = apps[app];
  return needs.includes('room');
}

/** Reports whether an app answers datagrams. */
export function answersDatagrams(app: AppName): boolean {
  const { answersDatagrams = false }: AppEntry = apps[app];
  return answersDatagrams;
}
