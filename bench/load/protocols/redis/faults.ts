import { faultList } from '../faults.ts';

export const { codes, texts } = faultList({
  unknownType: 'a reply of a type that this version of RESP does not have',
  bareNewline: 'a CR without LF, or an LF without CR',
  longLine: 'a line of more than 64 KiB',
  badNumber: 'a number or a length with invalid characters',
  hugeNumber: 'a number of more than 64 bits, or a length that exceeds the limits',
  badNull: 'a length of -1 for a type that has no null',
  badVerbatim: 'a verbatim string without the three letters of its format and a colon',
  dataEnd: 'a string that is not followed by CRLF',
  nestedPush: 'a push message within a reply',
  endedEarly: 'the connection ended within a reply',
});
