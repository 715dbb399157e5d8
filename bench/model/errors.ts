/** The command line or a configuration is wrong. Contains every fault found, so that all can be fixed at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(faults.join('\n'), options);
    this.faults = faults;
  }
}

/** The target failed: it did not start, did not answer, or died. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  /** Its last lines on stderr, oldest first. */
  readonly stderr: readonly string[];

  constructor(message: string, stderr: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.stderr = stderr;
  }
}

/** An agent that makes a part of a load failed or was lost, or cannot be trusted with it. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}

/** A service that is no target, such as GitHub's API, refused a call or could not be reached. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

/** A saved result cannot be read: there is no such file, or it is not JSON or not of a known schema. */
export class ResultFileError extends Error {
  override readonly name = 'ResultFileError';
}

/** The numbers of two saved runs cannot be compared. */
export class NotComparableError extends Error {
  override readonly name = 'NotComparableError';
  /** What differs, each with both values. */
  readonly differences: readonly string[];

  constructor(message: string, differences: readonly string[]) {
    super(message);
    this.differences = differences;
  }
}
