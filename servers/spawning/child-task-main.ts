/** Entry point of every child process that child-task.ts starts. */
import { dieWithParent } from '../../sockets/os/process.ts';
import type { ProcessTask } from './child-task.ts';

const task = JSON.parse(process.argv[2] ?? '') as ProcessTask & { readonly parentPid: number };
dieWithParent(task.parentPid);
const module = (await import(task.module)) as Record<string, (input: unknown) => unknown>;
await module[task.run]?.(task.input);
