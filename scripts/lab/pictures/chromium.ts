import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Returns the path of an installed Chromium: that of SOCKBENCH_CHROMIUM, or the first on PATH; undefined when there is
 * none.
 */
export function chromiumPath(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { SOCKBENCH_CHROMIUM: chosen, PATH = '' } = environment;
  if (chosen) return isExecutable(chosen) ? chosen : undefined;
  const directories = PATH.split(delimiter).filter((directory) => directory !== '');
  return NAMES.flatMap((name) => directories.map((directory) => join(directory, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
