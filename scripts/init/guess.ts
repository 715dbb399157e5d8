import type { AppName } from '../../servers/apps/app-catalog.ts';

/** What a project's files tell of its server. Whatever they do not tell is absent. */
export interface ServerGuess {
  readonly language: string;
  /** A command with `{port}`. */
  readonly exec?: string | undefined;
  readonly build?: string | undefined;
  readonly app?: Extract<AppName, 'http' | 'websocket'> | undefined;
}
