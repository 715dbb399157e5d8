/** What plug-ins export and create is of unknown type: these functions find what is missing, before it is used. */

/** Largest `longestRequest` in bytes: memory of this size is reserved. */
const MAX_REQUEST_BYTES = 2 ** 24;

/** A required type: its test, and its description for messages. */
type Wanted = readonly [test: (value: unknown) => boolean, description: string];

const truth: Wanted = [(value) => typeof value === 'boolean', 'true or false'];
const call: Wanted = [(value) => typeof value === 'function', 'a function'];
const amount: Wanted = [(value) => typeof value === 'number', 'a number'];
const length: Wanted = [
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_REQUEST_BYTES,
  `a whole number from 1 to ${MAX_REQUEST_BYTES}`,
];
const texts: Wanted = [
  (value) => Array.isArray(value) && value.length > 1 && value.every((text) => typeof text === 'string'),
  'texts: none for 0, and one for each fault from 1 (UNSOLICITED)',
];
const conversations: Wanted = [
  (value) => Array.isArray(value) && value.length > 0 && value.every(isConversation),
  'a list of { greeting, replies }, of bytes or texts',
];

const EXPORTS = { createProtocol: call } as const;
const OPTIONAL_EXPORTS = { datagrams: truth, examples: conversations } as const;
const MEMBERS = {
  ...{ longestRequest: length, sameRequest: truth, greets: truth, faults: texts },
  ...{ event: amount, status: amount, replyBytes: amount, fault: amount },
  ...{ reset: call, greet: call, encode: call, consume: call },
} as const;
const OPTIONAL_MEMBERS = {
  ...{ usualReply: length, change: call, respond: call, farewell: call, finish: call },
  ...{ refusal: call, statusCounts: call, clearStatuses: call },
} as const;

/** Returns what is wrong with the exports of a plug-in, such as `createProtocol is not a function`. */
export function exportFaults(exported: object): string[] {
  return faultsOf(exported, EXPORTS, OPTIONAL_EXPORTS);
}

/** Returns what a protocol of a plug-in lacks of ClientProtocol. */
export function protocolFaults(protocol: unknown): string[] {
  if (typeof protocol !== 'object' || protocol === null) return [`it is ${protocol}, and not a protocol`];
  return faultsOf(protocol, MEMBERS, OPTIONAL_MEMBERS);
}

function faultsOf(
  value: object,
  required: Readonly<Record<string, Wanted>>,
  optional: Readonly<Record<string, Wanted>>,
): string[] {
  const members = value as Readonly<Record<string, unknown>>;
  const given = Object.entries(optional).filter(([name]) => members[name] !== undefined);
  return [...Object.entries(required), ...given].flatMap(([name, [test, description]]) => {
    if (test(members[name])) return [];
    return members[name] === undefined ? `${name} is missing (${description})` : `${name} is not ${description}`;
  });
}

function isConversation(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { greeting = '', replies, ends = false } = value as Readonly<Record<string, unknown>>;
  return isBytes(greeting) && Array.isArray(replies) && replies.every(isBytes) && typeof ends === 'boolean';
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || typeof value === 'string';
}
