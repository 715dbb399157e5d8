import { type Result, resultSchema } from '../../bench/model/result.ts';
import { jsonDocument } from '../text/json-document.ts';

/**
 * Renders the result as it is saved: indented JSON.
 * @throws {ZodError} when it does not match its own schema, which is a bug.
 */
export function renderJson(result: Result): string {
  return jsonDocument(resultSchema.parse(result));
}
