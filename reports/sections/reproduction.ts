import type { Block } from '../document/report-document.ts';
import { listBlock, paragraphBlock } from './blocks.ts';
import { type CommandLine, shellText } from './reproduction/command-line.ts';

/** Returns the command that measures again, and what it lacks. */
export function reproductionBlocks(command: CommandLine | undefined): Block[] {
  if (command === undefined) return [];
  return [
    ...paragraphBlock('To measure it again, with the same random choices:'),
    { kind: 'command', text: shellText(command) },
    ...listBlock(command.notes),
  ];
}
