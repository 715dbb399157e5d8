import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/**
 * Opens a file with the program that the system has for it. The program continues after this one.
 * @returns why it was not opened; undefined when a program was started.
 */
export async function openFile(
  file: string,
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const opener = openerFor(platform, environment);
  if (opener === undefined) return 'there is no display';
  // One argument, and no shell: nothing in a name is executed.
  const child = spawn(opener, [resolve(file)], { detached: true, stdio: 'ignore', env: environment });
  try {
    await once(child, 'spawn');
  } catch (error) {
    return `${opener}: ${error instanceof Error ? error.message : error}`;
  }
  child.unref();
  return undefined;
}

/** Returns the program that opens files; undefined where nothing could be shown, such as over SSH. */
function openerFor(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string | undefined {
  if (platform === 'darwin') return 'open';
  // `start` is a command of the shell cmd.exe, which interprets names; Explorer opens files as it does.
  if (platform === 'win32') return 'explorer.exe';
  const { DISPLAY, WAYLAND_DISPLAY, BROWSER } = environment;
  return DISPLAY || WAYLAND_DISPLAY || BROWSER ? 'xdg-open' : undefined;
}
