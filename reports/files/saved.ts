import { CHECK_SCHEMA, type CheckResult, checkResultSchema } from '../../bench/model/check-result.ts';
import { type Result, resultSchema, SCHEMA } from '../../bench/model/result.ts';

/** What a measuring command saves. */
export type Saved = Result | CheckResult;

/** Schemas of saved documents, by the value of their field `schema`. */
export const savedSchemas = { [SCHEMA]: resultSchema, [CHECK_SCHEMA]: checkResultSchema } as const;

export function isSavedSchema(schema: unknown): schema is keyof typeof savedSchemas {
  return typeof schema === 'string' && Object.hasOwn(savedSchemas, schema);
}
