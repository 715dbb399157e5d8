import { ConfigurationError } from '../../bench/model/errors.ts';

/**
 * Executes a module, and returns what it exports by default. Types are removed, not checked.
 * @param path absolute path of the file.
 * @param name its name for faults.
 * @throws {ConfigurationError} when it can't be loaded.
 */
export async function loadConfigModule(path: string, name: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  // `sockbench/config` is ours, wherever the file is and whether or not this package is installed there.
  const jiti = createJiti(import.meta.url, {
    ...{ fsCache: false, moduleCache: false },
    virtualModules: { 'sockbench/config': { defineConfig: <T>(config: T) => config } },
  });
  try {
    return await jiti.import(path, { default: true });
  } catch (error) {
    throw new ConfigurationError([`${name}: can't be loaded: ${error}`], { cause: error });
  }
}
