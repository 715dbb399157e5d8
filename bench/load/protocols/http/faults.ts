import { faultList } from '../faults.ts';

/** Faults in the head of a response. */
export const headFaultTexts = {
  notHttp: 'the reply does not begin with HTTP/1.x, a space and a status',
  bareNewline: 'a CR without LF, or an LF without CR',
  folded: 'a header continued on the next line (obs-fold)',
  badName: 'a header name with a character that is not allowed, such as a space before the colon',
  badValue: 'a control character in a header or in the reason',
  badLength: 'a Content-Length that is not a number',
  hugeLength: 'a Content-Length of more than 15 digits',
  repeatedLength: 'two Content-Lengths',
  lengthBesideCoding: 'both Content-Length and Transfer-Encoding',
  unknownCoding: 'a Transfer-Encoding other than chunked, once',
  oldCoding: 'a Transfer-Encoding in HTTP/1.0',
  bodilessLength: 'a Content-Length or Transfer-Encoding with a status that has no body',
  longHead: 'more than 64 KiB of headers or trailers',
  switched: 'status 101 without a request to switch protocols',
} as const;

export const { codes, texts } = faultList({
  ...headFaultTexts,
  badChunkSize: 'a chunk size that is not hexadecimal digits',
  hugeChunk: 'a chunk size of more than 13 digits',
  longExtension: 'more than 16 KiB of chunk extensions',
  chunkEnd: 'a chunk that is not followed by CRLF',
  otherBody: 'the body differs from the expected one',
  shortBody: 'the body is shorter than the expected one',
  longBody: 'the body is longer than the expected one',
  endedEarly: 'the connection ended within a reply',
});
