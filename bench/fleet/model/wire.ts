import type * as z from 'zod';

/** Largest message in bytes. NATS servers accept 1 MiB unless configured otherwise. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** Returns a message as bytes: JSON in UTF-8. */
export function encode(message: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}

/**
 * Returns the message in some bytes; undefined when it is too long, is not JSON or does not have the schema. Any client
 * of the NATS server may have sent them.
 */
export function decode<S extends z.ZodType>(schema: S, bytes: Uint8Array): z.output<S> | undefined {
  return parse(schema, bytes)?.data;
}

/** Returns why {@link decode} does not return a message, as a clause: the first field that differs from the schema. */
export function whyNotDecoded(schema: z.ZodType, bytes: Uint8Array): string {
  const [issue] = parse(schema, bytes)?.error?.issues ?? [];
  return issue === undefined ? 'no JSON, or too long' : `${issue.path.join('.')}: ${issue.message}`.slice(0, 300);
}

function parse<S extends z.ZodType>(schema: S, bytes: Uint8Array): z.ZodSafeParseResult<z.output<S>> | undefined {
  if (bytes.length > MAX_MESSAGE_BYTES) return undefined;
  try {
    return schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}
