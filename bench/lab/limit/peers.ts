import { spawnSync } from 'node:child_process';

/** A program of another project that rows run. */
interface Peer {
  /** Makes the program print its version. */
  readonly versionFlag: string;
  /** Name of the Debian package that contains it; null when there is none. */
  readonly debianPackage: string | null;
}

export const peers = {
  iperf3: { versionFlag: '--version', debianPackage: 'iperf3' },
  memtier_benchmark: { versionFlag: '--version', debianPackage: null },
  nginx: { versionFlag: '-v', debianPackage: 'nginx-light' },
  openssl: { versionFlag: 'version', debianPackage: 'openssl' },
  'redis-benchmark': { versionFlag: '--version', debianPackage: 'redis-tools' },
  'redis-server': { versionFlag: '--version', debianPackage: 'redis-server' },
  sockperf: { versionFlag: '--version', debianPackage: 'sockperf' },
  wrk: { versionFlag: '-v', debianPackage: 'wrk' },
} as const satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;

/** The programs that a row runs. */
export interface PeerNeeds {
  /** Without any of these, the row is skipped. */
  readonly needs?: readonly PeerName[];
  /** Without one of these, only some of its figures are missing. */
  readonly uses?: readonly PeerName[];
}

/** Which of a row's programs this machine has. */
export interface PeerSurvey {
  readonly installed: ReadonlySet<PeerName>;
  /** True when the row cannot be measured. */
  readonly incomplete: boolean;
  /** Why figures, or the whole row, will be missing; and the versions of the programs that were found. */
  readonly notes: readonly string[];
}

/** Looks for the programs of a row. @param version {@link versionOf}, except in tests. */
export function surveyPeers({ needs = [], uses = [] }: PeerNeeds, version = versionOf): PeerSurvey {
  const installed = new Map<PeerName, string>();
  for (const name of [...needs, ...uses]) {
    const found = version(name);
    if (found !== undefined) installed.set(name, found);
  }
  const lacks = (name: PeerName) => !installed.has(name);
  const versions = [...installed].map(([name, found]) => `${name} ${found}`);
  return {
    installed: new Set(installed.keys()),
    incomplete: needs.some(lacks),
    notes: [
      ...needs.filter(lacks).map((name) => `skipped: ${whyMissing(name)}`),
      ...uses.filter(lacks).map(whyMissing),
      ...(versions.length > 0 ? [`with ${versions.join(', ')}`] : []),
    ],
  };
}

/** Returns why a program cannot be run; undefined when it is installed. */
export function whyNoPeer(name: PeerName): string | undefined {
  return versionOf(name) === undefined ? whyMissing(name) : undefined;
}

/** Returns the version of a program; undefined when it is not on the PATH. */
export function versionOf(name: PeerName): string | undefined {
  const { error, stdout, stderr } = spawnSync(name, [peers[name].versionFlag], { encoding: 'utf8' });
  return error === undefined ? parseVersion(`${stdout}${stderr}`) : undefined;
}

/** Returns the first number with a point in what a program prints about its version. */
export function parseVersion(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? 'of an unknown version';
}

function whyMissing(name: PeerName): string {
  const { debianPackage } = peers[name];
  const remedy = debianPackage === null ? '' : `; Debian has it in the package ${debianPackage}`;
  return `${name} was not found on the PATH${remedy}`;
}
