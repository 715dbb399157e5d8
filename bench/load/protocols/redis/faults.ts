import { faultList } from '../faults.ts';

export const { codes, texts } = faultList({
  unknownType: 'a reply that begins with none of the types of this version of RESP',
  bareNewline: 'a CR without LF, or an LF without CR',
  longLine: 'a line of more than 64 KiB',
  badNumber: 'a number or a length with characters that do not belong there',
  hugeNumber: 'a number of more than 64 bits, or a length that no reader can hold',
  badNull: 'a length of -1 for a type that has no null',
  badVerbatim: 'a verbatim string without the three letters of its format and a colon',
  dataEnd: 'a string that is not followed by CRLF',
  nestedPush: 'a push message within a reply',
  endedEarly: 'the connection ended within a reply',
});
