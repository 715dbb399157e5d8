import { appsSpeaking } from '../../bench/model/app-workload.ts';
import type { AppName } from '../../servers/apps/app-catalog.ts';

/** The apps that a server's libraries can tell. */
export const [WEB] = appsSpeaking('HTTP');
export const [WEB_SOCKET] = appsSpeaking('WebSocket');

/** What a project's files tell of its server. Whatever they do not tell is absent. */
export interface ServerGuess {
  readonly language: string;
  /** A command with `{port}`. */
  readonly exec?: string | undefined;
  readonly build?: string | undefined;
  readonly app?: AppName | undefined;
}
