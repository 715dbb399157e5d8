/** A module whose export is a task, for task.test.ts. */
export const received: string[] = [];

/** @public named by a task */
export function record(input: string): void {
  received.push(input);
}
