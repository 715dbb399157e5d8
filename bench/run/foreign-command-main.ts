/** Entry point of the process that runs a foreign command for a harness. See foreign-command.ts. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { adoptOrphans, exitNow } from '../../sockets/os/process.ts';
import { hasEnded, processStat, processTree } from '../../sockets/os/process-tree.ts';
import type { ForeignSpec } from './foreign-command.ts';

/** How long the command may take to end after SIGTERM: as long as one of the project's own servers. */
const STOP_LIMIT_MS = 1_700;
/** SIGKILL takes effect at once, unless a process is in an uninterruptible system call. */
const KILL_LIMIT_MS = 500;
const POLL_MS = 10;
/** A shell reports a child that signal N killed with the exit code 128 + N. */
const SIGNAL_CODES = 128;
/** Index of the process group id among the fields of processStat(). */
const PGRP = 2;

const spec = JSON.parse(process.argv[2] ?? '') as ForeignSpec;
adoptOrphans();
// Before there is a command: a signal that ended this process then would leave it behind, and the end of
// its stderr, which is awaited, would not come.
process.on('SIGTERM', () => void end(stop));
process.on('SIGINT', () => void end(stop));
const command = spawn('/bin/sh', ['-c', spec.command], {
  detached: true,
  cwd: spec.directory,
  env: { ...process.env, NODE_EXTRA_CA_CERTS: spec.extraCertificates },
  stdio: ['ignore', 'ignore', 'inherit'],
});
// It leads a new session and process group.
const group = command.pid ?? exitNow(SIGNAL_CODES - 1);
let code: number | null = null;
let ending = false;

command.on('exit', (status, signal) => {
  code = signal === null ? (status ?? 1) : SIGNAL_CODES + constants.signals[signal];
  endWithCommand();
});
// Orphaned descendants, such as daemons, are children of this process, but unknown to Node.
process.on('SIGCHLD', endWithCommand);
process.on('disconnect', () => void end(killAll));
if (!process.connected) void end(killAll);

/** Ends when the command has failed, or exited with code 0 and left no process. Processes that it left are a daemon. */
function endWithCommand(): void {
  if (code !== null && (code !== 0 || living().length === 0)) void end(killAll);
}

async function end(way: () => Promise<void>): Promise<void> {
  if (ending) return;
  ending = true;
  await way();
  exitNow(code ?? 0);
}

/** Sends SIGTERM to the command's process group and to its processes outside the group, then kills what is left. */
async function stop(): Promise<void> {
  const detached = living().filter((pid) => Number(processStat(pid)[PGRP]) !== group);
  for (const pid of [-group, ...detached]) send(pid, 'SIGTERM');
  await untilNoneLives(STOP_LIMIT_MS, () => {});
  await killAll();
}

/** Kills all processes that are left of the command, and those that they start meanwhile. */
function killAll(): Promise<void> {
  return untilNoneLives(KILL_LIMIT_MS, (pids) => {
    for (const pid of pids) send(pid, 'SIGKILL');
  });
}

async function untilNoneLives(limitMs: number, meanwhile: (pids: readonly number[]) => void): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (let pids = living(); pids.length > 0 && performance.now() < deadline; pids = living()) {
    meanwhile(pids);
    await sleep(POLL_MS);
  }
}

/** Returns the command's processes that have not ended, including orphaned ones. */
function living(): number[] {
  return processTree(process.pid).filter((pid) => pid !== process.pid && !hasEnded(pid));
}

/** Sends a signal to a process, or to a process group by its negative id. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
