import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { runBuilt } from './built-program.ts';
import { Program } from './program.ts';

/**
 * The examples of README.md, docs/ and examples/README.md, executed. The sockbench commands of each ```sh block run in
 * order, in a temporary directory. `serve` keeps running until the block ends, on a free port in place of the one in the
 * document. A comment before a block, `<!-- test: -n 100 -->`, sets flags of its measuring commands, to save time: it
 * replaces the same flags, or adds them. Commands of a block that are then the same run once.
 */
type Block = readonly (readonly string[])[];

const PREFIX = /^(?:npm run --silent sockbench -- |npx sockbench )/;
const MEASURING = ['bench', 'run', 'micro', 'scale', 'capacity'];

/** Every block of shell commands that calls sockbench. */
function exampleBlocks(markdown: string): Block[] {
  const blocks = markdown.matchAll(/(?:<!-- test: (?<flags>.*?) -->\n+)?^```sh\n(?<lines>.*?)^```$/gms);
  return [...blocks].flatMap(({ groups }) => {
    const lines = (groups?.lines ?? '').replaceAll('\\\n', ' ').split('\n');
    const flags = words(groups?.flags ?? '');
    const commands = lines.filter((line) => PREFIX.test(line)).map((line) => words(line.replace(PREFIX, '')));
    return commands.length > 0 ? [distinct(commands.map((command) => withFlags(command, flags)))] : [];
  });
}

/** A command line's words, as a shell would split it; a comment is none, and neither is a file for the output. */
function words(line: string): string[] {
  const code = line.replace(/(?:^|\s)(?:#.*|>\s*\S+\s*)$/, '');
  return [...code.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

function withFlags(command: readonly string[], flags: readonly string[]): readonly string[] {
  if (!MEASURING.includes(command[0] ?? '')) return command;
  const kept = command.filter((word, i) => !isFlagOf(flags, word) && !isFlagOf(flags, command[i - 1]));
  return [...kept, ...flags];
}

function distinct(commands: Block): Block {
  return [...new Map(commands.map((command) => [command.join(' '), command])).values()];
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

/** The block's commands with the port that a server of it listens on replaced by a free one. */
async function onFreePort(commands: Block): Promise<Block> {
  const [, port] = / --port (\d+)/.exec(commands.flat().join(' ')) ?? [];
  if (port === undefined) return commands;
  const free = await freePort();
  return commands.map((command) => command.map((word) => word.replace(new RegExp(`(?<![\\d.])${port}$`), free)));
}

const pages = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const blocks = ['README.md', ...pages.sort(), 'examples/README.md'].flatMap((file) =>
  exampleBlocks(readFileSync(file, 'utf8')),
);

test('the documents have examples of every command', () => {
  const shown = new Set(blocks.flatMap((commands) => commands.map(([command]) => command)));
  expect(shown).toEqual(
    new Set([
      'run',
      'bench',
      'scale',
      'capacity',
      'serve',
      'connect',
      'list',
      'report',
      'history',
      'doctor',
      'micro',
      'protocol-test',
      'schema',
      'init',
    ]),
  );
});

const titleOf = (commands: Block) => commands.map((command) => command.join(' ')).join('; ');
// An example that two documents contain runs once.
const byTitle = new Map(blocks.map((commands) => [titleOf(commands), commands]));
const titled = [...byTitle].map(([title, commands]) => ({ title, commands }));
const needsPython = ({ title }: { title: string }) => title.includes('python3');

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sockbench-readme-'));
  symlinkSync(resolve('examples'), join(cwd, 'examples'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Runs a block's commands, one after the other; its servers end with it. */
async function execute({ commands }: { commands: Block }): Promise<void> {
  const servers: Program[] = [];
  for (const written of await onFreePort(commands)) {
    const command = written.map((word) => word.replace('unix:///tmp/', `unix://${cwd}/`));
    if (command[0] === 'serve') {
      const server = new Program(command, { cwd });
      await server.waitForOutput(/talk to it/);
      servers.push(server);
    } else {
      // Talking reads stdin, which a process of its own has.
      const { code, stderr } = await (command[0] === 'connect'
        ? new Program(command, { cwd }).end()
        : runBuilt(command, cwd));
      expect(code, `${command.join(' ')}\n${stderr}`).toBe(0);
    }
  }
  for (const server of servers) server.process.kill('SIGTERM');
  for (const server of servers) expect(await server.end()).toMatchObject({ code: 0 });
}

// In the order of the documents: some read what others have measured.
test.each(titled.filter((block) => !needsPython(block)))('works: $title', execute);

test.skipIf(whyMissing('python')).each(titled.filter(needsPython))('works, with Python: $title', execute);
