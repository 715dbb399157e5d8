import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configFile } from '../../cli/config-file.ts';
import { commandLine } from '../../cli/in-process.ts';
import { schemaValidator } from './schema-validator.ts';

/** The examples of docs/configuration.md. */
const document = readFileSync('docs/configuration.md', 'utf8');

/** Returns the code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = '']) => code);
}

/** Returns the block that begins with this comment. */
function blockNamed(language: string, comment: string): string {
  const block = blocks(language).find((code) => code.startsWith(`${comment}\n`));
  if (block === undefined) throw new Error(`docs/configuration.md has no block that begins with ${comment}`);
  return block;
}

const example = () => blockNamed('yaml', '# sockbench.config.yaml');

test('the JSON Schema accepts every file but the wrong one', async () => {
  const validate = await schemaValidator();
  for (const code of blocks('yaml')) expect(validate(parse(code)), code).toBe(!code.startsWith('# wrong.yaml'));
});

test('the file has no faults for any command, and a scenario is found', async () => {
  const file = configFile(example());
  for (const args of [['run'], ['bench'], ['check', '--baseline-ref', 'main'], ['run', '--scenario', 'checkout']]) {
    expect(await commandLine(...args, '--config', file, '--print-config'), args.join(' ')).toMatchObject({ code: 0 });
  }
});

test('the options in effect are those that the page shows', async () => {
  const file = configFile(example());
  const { stdout } = await commandLine('run', '--print-config', '-c', '100', '--config', file);
  const [shown = ''] = blocks('console');
  const lines = shown.split('\n').slice(1).join('\n');
  expect(stdout.replaceAll(`${dirname(file)}/`, '').startsWith(lines)).toBe(true);
});

test('the wrong file is refused with the shown faults', async () => {
  const file = configFile(blockNamed('yaml', '# wrong.yaml'), 'wrong.yaml');
  const { code, stderr } = await commandLine('bench', '--config', file);
  expect(code).toBe(2);
  expect(stderr.replaceAll(`${dirname(file)}/`, '')).toMatch(blocks('text')[0] ?? '');
});

test('the module is loaded', async () => {
  const file = configFile(blockNamed('ts', '// sockbench.config.ts'), 'sockbench.config.ts');
  const { code, stdout } = await commandLine('run', '--config', file, '--print-config');
  expect(code).toBe(0);
  expect(parse(stdout)).toMatchObject({ run: { model: 'epoll', connections: 50 } });
});
