import { faultList } from '../faults.ts';
import { headFaultTexts } from '../http/faults.ts';

// The faults of a response's head come first, so that they have the same numbers as for HTTP.
export const { codes, texts } = faultList({
  ...headFaultTexts,
  notUpgraded: 'a response to the upgrade without Upgrade: websocket or Connection: Upgrade',
  wrongAccept: 'a Sec-WebSocket-Accept that does not match the key',
  unsolicitedExtension: 'an extension or a subprotocol that was not requested',
  badExtension: 'permessage-deflate with a parameter that is unknown, repeated or invalid',
  contextTakeover: 'permessage-deflate without server_no_context_takeover, which was requested',
  reservedBits: 'a frame with reserved bits',
  reservedOpcode: 'a frame with a reserved opcode',
  masked: 'a masked frame, which only clients may send',
  strayContinuation: 'a continuation without a message before it',
  interrupted: 'a message that begins within another one',
  fragmentedControl: 'a control frame in fragments',
  longControl: 'a control frame of more than 125 bytes',
  badLength: 'a length that is not in its shortest form, or of more than 2^53 bytes',
  badClose: 'a close frame with an invalid status, or a reason that is not UTF-8',
  otherType: 'text in reply to binary, or binary in reply to text',
  otherBytes: 'the message differs from the request',
  shortMessage: 'the message is shorter than the request',
  longMessage: 'the message is longer than the request',
  badBlock: 'a compressed block of unknown type, or with two lengths that differ',
  badCodes: 'a compressed block with code lengths that define no code',
  badSymbol: 'a compressed block with a symbol that does not exist',
  farDistance: 'a back-reference beyond the beginning of the message or of the window',
  afterFinal: 'compressed bytes after a final block',
  unfinishedBlock: 'a compressed message that does not end with an empty stored block',
  endedEarly: 'the connection ended within a reply',
});
