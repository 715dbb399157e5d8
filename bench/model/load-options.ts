import { membersOf, type RunConfiguration, scenariosOf, transportsOf } from './configuration.ts';
import { growsInStages } from './operating-point.ts';
import type { Want } from './want.ts';

interface LoadOption {
  /** The flag that sets it, without dashes. Faults begin with it. */
  readonly flag: string;
  readonly isUsed: (configuration: RunConfiguration) => boolean;
  /** Set for faults that some commands reword. */
  readonly code?: 'rate';
}

/** Options of a load that not every workload supports, nor every client. */
const loadOptions = {
  pipelining: { flag: 'pipelining', isUsed: ({ pipelining }) => pipelining > 1 },
  rate: { flag: 'rate', isUsed: ({ rate }) => rate !== null, code: 'rate' },
  'stages of connections': { flag: 'stage', isUsed: growsInStages },
  'number of requests': { flag: 'requests', isUsed: ({ requests }) => requests !== null },
  'connection per request': { flag: 'connection', isUsed: ({ connection }) => connection === 'per-request' },
  work: { flag: 'work', isUsed: (configuration) => scenariosOf(configuration).some(({ work }) => work !== null) },
  'several targets': {
    flag: 'select',
    isUsed: ({ targets }) => targets.some((target) => membersOf(target).length > 1),
  },
  'several threads': { flag: 'threads', isUsed: ({ threads }) => threads !== null && threads > 1 },
  tcp: { flag: 'workload', isUsed: (configuration) => transportsOf(configuration).includes('tcp') },
  udp: { flag: 'workload', isUsed: (configuration) => transportsOf(configuration).includes('udp') },
  tls: { flag: 'workload', isUsed: (configuration) => transportsOf(configuration).includes('tls') },
} as const satisfies Record<string, LoadOption>;

/** Options that are not supported, each with the reason and what to do instead, in the user's terms. */
export type Refusals = { readonly [Option in keyof typeof loadOptions]?: string };

/** Returns the requirement that a load uses none of these options. */
export function withoutRefused(refusals: Refusals, configuration: RunConfiguration): Want[] {
  return Object.entries(refusals).map(([name, why]): Want => {
    const { flag, isUsed, code }: LoadOption = loadOptions[name as keyof typeof loadOptions];
    const holds = !isUsed(configuration);
    return code === undefined ? [holds, `${flag}: ${why}`] : [holds, `${flag}: ${why}`, code];
  });
}
