import { type Saved, savedSchemas } from '../files/saved.ts';
import { jsonDocument } from '../text/json-document.ts';

/**
 * Renders results as they are saved: indented JSON.
 * @throws {ZodError} when they do not match their own schema, which is a bug.
 */
export function renderJson(saved: Saved): string {
  return jsonDocument(savedSchemas[saved.schema].parse(saved));
}
