import type { ChildProcess } from 'node:child_process';

/**
 * Signals a child process. Use this instead of `child.kill`: when spawn(3) fails for lack of descriptors (EMFILE), Node
 * keeps a handle with pid 0, and `child.kill` then calls kill(0), which signals the caller's whole process group, its
 * shell's other jobs included. Seen with Node 20.20.
 */
export function killChild(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) child.kill(signal);
}
