import { type Result, resultSchema } from '../../bench/model/result.ts';
import { jsonDocument } from '../json-document.ts';

/** The result as it is saved: pretty JSON. @throws {ZodError} when it breaks its own schema, which is a fault of ours. */
export function renderJson(result: Result): string {
  return jsonDocument(resultSchema.parse(result));
}
