import { Ajv, type ValidateFunction } from 'ajv';
import { configuredSchemas } from '../../../scripts/commands/configured.ts';
import { configJsonSchema } from '../../../scripts/options/config-schema.ts';

let compiled: ValidateFunction | undefined;

/** Returns a validator of files of options by our JSON Schema, compiled once. It is used for few files: optimising takes longer. */
export async function schemaValidator(): Promise<ValidateFunction> {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, inlineRefs: false, code: { optimize: false } });
  compiled ??= ajv.compile(configJsonSchema(await configuredSchemas()));
  return compiled;
}
