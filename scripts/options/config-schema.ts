import { modelNames } from '../../servers/model-catalog.ts';
import { formOf } from '../cli/flag-types.ts';
import { type FlagSchema, metaOf } from '../cli/flags.ts';
import { defaultOf, isToggle } from '../cli/help.ts';
import type { JsonSchema } from '../cli/option-form.ts';
import type { Schemas } from './config-layers.ts';
import { optionValue } from './option-value.ts';
import { optionName } from './options.ts';
import { hasTargets, TARGET } from './targets-to-flags.ts';

/** The version of JSON Schema that editors support best. */
const DRAFT = 'http://json-schema.org/draft-07/schema#';

const TEXT = { type: 'string', minLength: 1 };

/** Returns the JSON Schema of a file of options, made of the flags of all commands. */
export function configJsonSchema(schemas: Schemas): JsonSchema {
  const commands = Object.keys(schemas);
  const properties = Object.fromEntries(commands.map((name) => [name, propertiesOf(schemas[name] as FlagSchema)]));
  return {
    $schema: DRAFT,
    title: 'Options of sockbench',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string', description: 'This schema, for editors' },
      ...sharedProperties(properties),
      ...Object.fromEntries(commands.map((name) => [name, { $ref: `#/definitions/${name}` }])),
      scenarios: {
        description: 'Named sets of options: sockbench run --scenario NAME',
        type: 'object',
        additionalProperties: { $ref: '#/definitions/scenario' },
      },
    },
    definitions: {
      ...Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, sectionSchema(name, each)])),
      scenario: scenarioSchema(properties),
    },
  };
}

/** What describes each option of each command. */
type Properties = Readonly<Record<string, Record<string, JsonSchema>>>;

/** Options of all commands. One that commands take in different forms is described by all of these. */
function sharedProperties(properties: Properties): Record<string, JsonSchema> {
  const shared: Record<string, JsonSchema> = {};
  for (const [name, options] of Object.entries(properties)) {
    for (const [key, property] of Object.entries(options)) {
      const other = { $ref: `#/definitions/${name}/properties/${key}` };
      const before = (shared[key]?.anyOf as readonly JsonSchema[] | undefined) ?? [];
      const isKnown = before.some((each) => isSame(resolved(each, properties), property));
      shared[key] = { anyOf: isKnown ? before : [...before, other] };
    }
  }
  return shared;
}

/** Returns what a reference to an option stands for. */
function resolved({ $ref }: JsonSchema, properties: Properties): JsonSchema | undefined {
  const [, , command = '', , key = ''] = String($ref).split('/');
  return properties[command]?.[key];
}

/** Reports whether two options take the same values. */
function isSame(one: JsonSchema | undefined, other: JsonSchema): boolean {
  const values = ({ description: _, default: __, ...schema }: JsonSchema) => JSON.stringify(schema);
  return one !== undefined && values(one) === values(other);
}

function sectionSchema(command: string, properties: Record<string, JsonSchema>): JsonSchema {
  return {
    description: `Options of sockbench ${command}`,
    type: 'object',
    additionalProperties: false,
    properties,
  };
}

/** A scenario has the options of the command that it names. */
function scenarioSchema(properties: Properties): JsonSchema {
  return {
    type: 'object',
    required: ['command'],
    properties: { command: { description: 'The command that it is for', enum: Object.keys(properties) } },
    allOf: Object.entries(properties).map(([name, options]) => ({
      if: { required: ['command'], properties: { command: { const: name } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: {
        additionalProperties: false,
        properties: {
          command: { const: name },
          ...Object.fromEntries(
            Object.keys(options).map((key) => [key, { $ref: `#/definitions/${name}/properties/${key}` }]),
          ),
        },
      },
    })),
  };
}

function propertiesOf(schema: FlagSchema): Record<string, JsonSchema> {
  const shown = Object.entries(schema.shape).filter(([, type]) => metaOf(type).hidden !== true);
  const properties = shown.map(([flag, type]): [string, JsonSchema] => {
    const form = formOf(type);
    const { schema: values, examples } = form;
    const usual = isToggle(type) ? false : defaultOf(type);
    return [
      optionName(flag),
      {
        description: metaOf(type).description,
        ...(usual !== undefined && { default: optionValue(form, usual) }),
        ...(examples.length > 0 && { examples }),
        ...values,
      },
    ];
  });
  return { ...Object.fromEntries(properties), ...(hasTargets(schema) && { [TARGET]: targetSchema(schema) }) };
}

function targetSchema({ shape }: FlagSchema): JsonSchema {
  const takesUrls = TARGET in shape;
  const one = {
    anyOf: [
      ...(takesUrls ? [TEXT] : []),
      objectOf({ model: { enum: modelNames } }, ['model']),
      objectOf({ exec: TEXT, name: TEXT }, ['exec']),
      ...(takesUrls ? [objectOf({ url: TEXT }, ['url'])] : []),
    ],
  };
  const kinds = takesUrls ? 'a model, a command, or a server that runs already' : 'a model or a command';
  return { description: `What to measure: ${kinds}`, anyOf: [one, { type: 'array', items: one, minItems: 1 }] };
}

function objectOf(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return { type: 'object', additionalProperties: false, properties, required };
}
