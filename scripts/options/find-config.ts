import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Base name of the file of options that is read without --config. */
const NAME = 'sockbench.config';

/** Extensions of files of options. Those of modules are executed, the others are only read. */
export const configExtensions = ['.yaml', '.yml', '.json', '.ts', '.mts', '.js', '.mjs'] as const;

export type ConfigExtension = (typeof configExtensions)[number];

/** Returns the files of options in a directory. Directories above are not searched. */
export function configFilesIn(directory: string): string[] {
  return configExtensions.map((extension) => NAME + extension).filter((file) => existsSync(join(directory, file)));
}

/** Returns the extension of a file of options; undefined when it has another one. */
export function configExtensionOf(file: string): ConfigExtension | undefined {
  return configExtensions.find((extension) => extension === extname(file));
}
