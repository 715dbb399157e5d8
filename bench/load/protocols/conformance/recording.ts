import * as z from 'zod';
import type { Conversation } from './conversation.ts';

const SCHEMA = 'sockbench/recording/1';

/** What a server sent: to test a protocol without the server. */
export interface Recording {
  /** True when each reply is a datagram. */
  readonly datagrams: boolean;
  readonly conversations: readonly Conversation[];
}

/** Bytes as a text with a character, up to `\u00ff`, for each. */
const bytes = z
  .string()
  .refine(
    (text) => Buffer.from(text, 'latin1').toString('latin1') === text,
    'has a character above \\u00ff, which is no byte',
  )
  .transform((text): Uint8Array => Buffer.from(text, 'latin1'));

const conversation = z.object({ greeting: bytes, replies: z.array(bytes).min(1), ends: z.boolean() });

const recordingSchema = z.object({
  schema: z.literal(SCHEMA),
  datagrams: z.boolean(),
  conversations: z.array(conversation).min(1),
});

/** Returns the content of a recording's file, to be written as JSON. */
export function recordingDocument({ datagrams, conversations }: Recording): z.input<typeof recordingSchema> {
  return {
    schema: SCHEMA,
    datagrams,
    conversations: conversations.map(({ greeting, replies, ends = false }) => ({
      greeting: textOf(greeting),
      replies: replies.map(textOf),
      ends,
    })),
  };
}

/** Parses the file of a recording. @throws {RangeError} when it is none. */
export function parseRecording(text: string): Recording {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new RangeError('it is not JSON', { cause: error });
  }
  const parsed = recordingSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RangeError(`it is not a recording: ${issue?.path.join('.') || 'the document'}: ${issue?.message}`);
}

function textOf(given: Uint8Array): string {
  return Buffer.from(given).toString('latin1');
}
