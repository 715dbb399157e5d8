import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { Program } from './program.ts';

/**
 * Executes the examples of README.md, docs/guide.md and examples/README.md. The sockbench commands of each ```sh block
 * run in order, in one temporary directory. `serve` runs until the end of its block, on a free port in place of the
 * given one. A comment before a block, such as `<!-- test: -d 100ms -->`, replaces or adds flags of its measuring
 * commands, to save time.
 */
type Block = readonly (readonly string[])[];

const PREFIX = /^(?:npm run --silent sockbench -- |npx sockbench )/;
const MEASURING = ['bench', 'run', 'micro', 'scale', 'capacity'];

/** Returns every block of shell commands that calls sockbench. */
function exampleBlocks(markdown: string): Block[] {
  const blocks = markdown.matchAll(/(?:<!-- test: (?<flags>.*?) -->\n+)?^```sh\n(?<lines>.*?)^```$/gms);
  return [...blocks].flatMap(({ groups }) => {
    const lines = (groups?.lines ?? '').replaceAll('\\\n', ' ').split('\n');
    const commands = lines.filter((line) => PREFIX.test(line)).map((line) => words(line.replace(PREFIX, '')));
    const flags = words(groups?.flags ?? '');
    return commands.length > 0 ? [commands.map((command) => withFlags(command, flags))] : [];
  });
}

/** Splits a command line into words, as a shell does, without a comment. */
function words(line: string): string[] {
  const code = line.replace(/(?:^|\s)#.*$/, '');
  return [...code.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

function withFlags(command: readonly string[], flags: readonly string[]): readonly string[] {
  if (!MEASURING.includes(command[0] ?? '')) return command;
  const kept = command.filter((word, i) => !isFlagOf(flags, word) && !isFlagOf(flags, command[i - 1]));
  return [...kept, ...flags];
}

function isFlagOf(flags: readonly string[], word = ''): boolean {
  return word.startsWith('-') && flags.includes(word);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

/** Replaces the port that the block's server listens on by a free one, in all its commands. */
async function onFreePort(commands: Block): Promise<Block> {
  const [, port] = / --port (\d+)/.exec(commands.flat().join(' ')) ?? [];
  if (port === undefined) return commands;
  const free = await freePort();
  return commands.map((command) => command.map((word) => word.replace(new RegExp(`(?<![\\d.])${port}$`), free)));
}

const blocks = ['README.md', 'docs/guide.md', 'examples/README.md'].flatMap((file) =>
  exampleBlocks(readFileSync(file, 'utf8')),
);

test('the documents have examples, of every command', () => {
  const shown = new Set(blocks.flatMap((commands) => commands.map(([command]) => command)));
  expect(shown).toEqual(
    new Set(['run', 'bench', 'scale', 'capacity', 'serve', 'connect', 'list', 'report', 'doctor', 'micro']),
  );
});

const titled = blocks.map((commands) => ({ title: commands.map((command) => command.join(' ')).join('; '), commands }));
const needsPython = ({ title }: { title: string }) => title.includes('python3');

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sockbench-readme-'));
  symlinkSync(resolve('examples'), join(cwd, 'examples'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Runs a block's commands one after the other, and then stops its servers. */
async function execute({ commands }: { commands: Block }): Promise<void> {
  const servers: Program[] = [];
  for (const command of await onFreePort(commands)) {
    const program = new Program(command, { cwd });
    if (command[0] === 'serve') {
      await program.says(/talk to it/);
      servers.push(program);
    } else {
      const { code, stderr } = await program.end();
      expect(code, `${command.join(' ')}\n${stderr}`).toBe(0);
    }
  }
  for (const server of servers) server.process.kill('SIGTERM');
  for (const server of servers) expect(await server.end()).toMatchObject({ code: 0 });
}

// In the order of the documents, because some commands read the results of earlier ones.
test.each(titled.filter((block) => !needsPython(block)))('works: $title', execute);

test.skipIf(whyMissing('python')).each(titled.filter(needsPython))('works, with Python: $title', execute);
