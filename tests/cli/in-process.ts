import { vi } from 'vitest';
import { runSingleCommand } from '../../scripts/cli/single-command.ts';
import { runCommandLine } from '../../scripts/commands/command-line.ts';
import { limit } from '../../scripts/lab/commands/limit.ts';
import type { Outcome } from './built-program.ts';

/**
 * Runs a command line of sockbench in this process, for commands that end before they start a server or a load.
 * Starting the program instead takes a hundred times as long.
 */
export function commandLine(...args: readonly string[]): Promise<Outcome> {
  return captured(() => runCommandLine(args));
}

/** Runs a command line of `npm run bench:limit --` in this process. */
export function limitCommandLine(...args: readonly string[]): Promise<Outcome> {
  return captured(() => runSingleCommand('bench:limit', limit, args));
}

/** Runs a function that returns an exit code, and captures what it writes. */
export async function captured(run: () => Promise<number>): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const spies = [
    ...(['stdout', 'stderr'] as const).map((name) =>
      vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
        written[name] += chunk;
        return true;
      }),
    ),
    // yargs prints help and version with console.log, which vitest intercepts.
    vi.spyOn(console, 'log').mockImplementation((text) => {
      written.stdout += `${text}\n`;
    }),
  ];
  try {
    return { code: await run(), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
