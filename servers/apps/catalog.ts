import type { Transport } from '../../sockets/socket.ts';
import type { App } from './app.ts';

interface AppEntry {
  readonly title: string;
  readonly summary: string;
  readonly transports: readonly Transport[];
  /** Imports the app when it is needed, so that listing apps costs nothing. */
  readonly load: () => Promise<{ readonly app: App }>;
}

/** Every app, by name. To add one: write `apps/NAME.ts` and an entry here. */
export const apps = {
  echo: {
    title: 'Echo',
    summary: 'sends back every byte it receives (RFC 862)',
    transports: ['tcp', 'udp'],
    load: () => import('./echo.ts'),
  },
} as const satisfies Record<string, AppEntry>;

export type AppName = keyof typeof apps;

export const appNames = Object.keys(apps) as AppName[];

/** The app of that name, ready to run. */
export async function loadApp(name: AppName): Promise<App> {
  return (await apps[name].load()).app;
}
