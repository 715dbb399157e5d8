import { describe, expect, test } from 'vitest';
import { metaOf } from '../../../scripts/cli/flags.ts';
import { configuredCommands, configuredSchemas } from '../../../scripts/commands/configured.ts';
import { ConfigFile } from '../../../scripts/options/config-file.ts';
import { configLayers } from '../../../scripts/options/config-layers.ts';
import { configJsonSchema } from '../../../scripts/options/config-schema.ts';
import { optionName } from '../../../scripts/options/options.ts';
import { commandLine } from '../../cli/in-process.ts';
import { schemaValidator } from './schema-validator.ts';

const schemas = await configuredSchemas();
const jsonSchema = configJsonSchema(schemas);
const validate = await schemaValidator();

test('sockbench schema prints it', async () => {
  const { code, stdout, stderr } = await commandLine('schema');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(jsonSchema)));
});

describe.each(Object.keys(configuredCommands))('%s', (command) => {
  const { definitions } = jsonSchema as {
    definitions: Record<string, { properties: Record<string, { description: string }> }>;
  };
  const properties = definitions[command]?.properties ?? {};

  test('has every flag that is not hidden, each with a description', () => {
    const flags = Object.entries(schemas[command]?.shape ?? {}).filter(([, type]) => metaOf(type).hidden !== true);
    expect(flags.length).toBeGreaterThan(10);
    for (const [flag] of flags) expect(properties[optionName(flag)]?.description, flag).toMatch(/\S/);
  });

  test('has defaults that its schema accepts', () => {
    const defaults = Object.entries(properties).flatMap(([name, property]) =>
      'default' in property ? [[name, property.default]] : [],
    );
    expect(defaults.length).toBeGreaterThan(3);
    validate({ [command]: Object.fromEntries(defaults) });
    expect(validate.errors).toBeNull();
  });

  test('has flags for all that its efforts imply, with values that they accept', async () => {
    const { schema, rules } = await configuredCommands[command as keyof typeof configuredCommands]();
    for (const values of Object.values(rules?.implied ?? {})) {
      expect(schema.partial().safeParse(values).error?.issues).toBeUndefined();
    }
  });

  test('has no option of the name of a command', () => {
    for (const name of Object.keys(properties)) expect(configuredCommands).not.toHaveProperty(name);
  });
});

/** Returns whether the program accepts the names and types of a file, too. */
function faults(options: Readonly<Record<string, unknown>>): readonly string[] {
  return configLayers(new ConfigFile('FILE', options), schemas, 'bench').faults;
}

test.each<[string, Record<string, unknown>]>([
  ['options of all commands', { $schema: 'x', duration: '5s', connections: [1, 64], header: { Accept: '*/*' } }],
  ['numbers and texts', { run: { duration: 5, rate: '10k', size: '64KiB', seed: 7, resp: 3, requests: '1e6' } }],
  [
    'targets',
    { run: { target: [{ model: 'epoll' }, { exec: 'x {port}', name: 'x' }, { url: 'tcp://[::1]:7' }, 'unix:///a'] } },
  ],
  ['rounds until all pairs are decided', { bench: { rounds: 'auto', target: { exec: 'x {port}' } } }],
  ['scenarios', { scenarios: { a: { command: 'check', gate: { cpu: '2%/8%' }, a: 'x {port}' } } }],
])('%s are accepted, by the program and by the schema', (_, options) => {
  validate(options);
  expect(validate.errors).toBeNull();
  expect(faults(options)).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['an unknown option', { conections: 5 }],
  ['an option of another command', { check: { models: ['epoll'] } }],
  ['a command that cannot be configured', { list: { json: true } }],
  ['a text for true', { bench: { quiet: 'yes' } }],
  ['a list for one value', { run: { duration: ['5s'] } }],
  ['null', { run: { rate: null } }],
  ['a running server for bench', { bench: { target: { url: 'tcp://127.0.0.1:7' } } }],
  ['a target of two kinds', { run: { target: { model: 'epoll', exec: 'x {port}' } } }],
  ['a scenario without its command', { scenarios: { a: { rounds: 1 } } }],
  ['a scenario with an option of another command', { scenarios: { a: { command: 'run', models: 'epoll' } } }],
  ['a list of scenarios', { scenarios: [] }],
])('%s is refused, by the program and by the schema', (_, options) => {
  expect(validate(options)).toBe(false);
  expect(faults(options).length).toBeGreaterThan(0);
});

test.each<[string, Record<string, unknown>]>([
  ['an unknown model', { bench: { models: ['epol'] } }],
  ['an unknown unit', { run: { duration: '5 parsecs' } }],
])('%s is refused by the schema, and by the program when it uses it', (_, options) => {
  expect(validate(options)).toBe(false);
});
