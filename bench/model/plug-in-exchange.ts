import * as z from 'zod';

/** A protocol that a user's file implements: what it is, for results and for the load. */
export const plugInSchema = z.object({
  protocol: z.literal('plug-in'),
  /** Name of the file, without its directory. */
  file: z.string(),
  /** SHA-256 of the file in hexadecimal. Files that it imports are not included. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Values of --protocol-option, by their names. */
  options: z.record(z.string(), z.string()),
  /** URL of the file, which results do not contain. */
  url: z.string().optional(),
});

export type PlugInExchange = Readonly<z.infer<typeof plugInSchema>>;
