/** Entry point of every child process that child-task.ts starts. */
import { dieWithParent } from '../../sockets/os/process.ts';
import { runTask, type Task } from './task.ts';

const task = JSON.parse(process.argv[2] ?? '') as Task & { readonly parentPid: number };
dieWithParent(task.parentPid);
await runTask(task);
