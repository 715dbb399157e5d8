import { faultList } from '../faults.ts';

export const { codes, texts } = faultList({
  otherReply: 'the reply differs from the expected one',
  shortReply: 'the reply is shorter than the expected one',
  longReply: 'the reply is longer than the expected one',
  endedEarly: 'the connection ended within a reply',
});
