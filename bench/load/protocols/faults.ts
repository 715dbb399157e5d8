/** The faults of a protocol: their numbers and descriptions. Number 0 means no fault. */
export interface FaultList<Name extends string> {
  readonly codes: Readonly<Record<Name | 'unsolicited', number>>;
  readonly texts: readonly string[];
}

/** Numbers faults in the given order, after UNSOLICITED of protocol.ts, which every protocol has. */
export function faultList<Name extends string>(texts: Readonly<Record<Name, string>>): FaultList<Name> {
  const all = { unsolicited: 'bytes that answer no request', ...texts } as Record<Name | 'unsolicited', string>;
  const names = Object.keys(all) as (Name | 'unsolicited')[];
  const codes = Object.fromEntries(names.map((name, index) => [name, index + 1]));
  return { codes: codes as Record<Name | 'unsolicited', number>, texts: ['', ...names.map((name) => all[name])] };
}
