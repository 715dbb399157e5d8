/** How a program can be told its port: patterns of its source, and the command that fits. */
export interface PortRule {
  readonly pattern: RegExp;
  /** @param start the command without a port. */
  readonly command: (start: string) => string;
}

/** The port is in the environment variable PORT. */
export function byEnvironment(pattern: RegExp): PortRule {
  return { pattern, command: (start) => `PORT={port} exec ${start}` };
}

/** The port is the first argument. */
export function byArgument(pattern: RegExp): PortRule {
  return { pattern, command: (start) => `exec ${start} {port}` };
}

/** The port is the value of a flag. */
export function byFlag(pattern: RegExp, flag: string): PortRule {
  return { pattern, command: (start) => `exec ${start} ${flag} {port}` };
}

/** Returns the command that starts a program on `{port}`; undefined when its source does not show how. */
export function withPort(start: string, source: string | undefined, rules: readonly PortRule[]): string | undefined {
  return rules.find(({ pattern }) => source !== undefined && pattern.test(source))?.command(start);
}
