import { vi } from 'vitest';
import { runCommandLine } from '../../scripts/command-line.ts';
import { limit } from '../../scripts/commands/limit.ts';
import { runSingleCommand } from '../../scripts/single-command.ts';
import type { Outcome } from './program.ts';

/**
 * What sockbench does with a command line, in this process: for what ends before a server or a load is started. A start
 * of the program takes a hundred times as long.
 */
export function commandLine(...args: readonly string[]): Promise<Outcome> {
  return captured(() => runCommandLine(args));
}

/** The same of `npm run bench:limit --`. */
export function limitCommandLine(...args: readonly string[]): Promise<Outcome> {
  return captured(() => runSingleCommand('bench:limit', limit, args));
}

/** Runs something that returns an exit code, and keeps what it writes meanwhile. */
async function captured(run: () => Promise<number>): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const spies = [
    ...(['stdout', 'stderr'] as const).map((name) =>
      vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
        written[name] += chunk;
        return true;
      }),
    ),
    // yargs prints help and version so; vitest takes the console's output for itself.
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
