/** The faults of a protocol: a number for each, and what it means. Number 0 is no fault. */
export interface FaultList<Name extends string> {
  readonly codes: Readonly<Record<Name | 'unsolicited', number>>;
  readonly texts: readonly string[];
}

/** Numbers faults in the order in which they are given. Before them comes UNSOLICITED of protocol.ts, which all have. */
export function faultList<Name extends string>(texts: Readonly<Record<Name, string>>): FaultList<Name> {
  const all = { unsolicited: 'bytes that answer no request', ...texts } as Record<Name | 'unsolicited', string>;
  const names = Object.keys(all) as (Name | 'unsolicited')[];
  const codes = Object.fromEntries(names.map((name, index) => [name, index + 1]));
  return { codes: codes as Record<Name | 'unsolicited', number>, texts: ['', ...names.map((name) => all[name])] };
}
