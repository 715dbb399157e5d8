import { ConfigurationError } from '../../bench/model/errors.ts';

/** Runs `write`. @throws {ConfigurationError} in place of a file system error. */
export function orMisconfigured<T>(write: () => T, what: string): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new ConfigurationError([`${what}: can't be written: ${error.message}`], { cause: error });
  }
}
