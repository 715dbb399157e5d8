import { basename } from 'node:path';

/** Characters of a command that fit into a table. */
const NAME_LENGTH = 32;

/** Shortens a command for tables: drops the shell's `exec`, words with placeholders, and the directories of paths. */
export function commandName(command: string): string {
  const words = command
    .replace(/^\s*exec\s/, '')
    .split(/\s+/)
    .filter((word) => word !== '' && !/\{(port|host|transport|path)\}/.test(word));
  const name = words.map((word) => basename(word) || word).join(' ') || command;
  return name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name;
}
