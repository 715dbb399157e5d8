import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { whyNoPeer } from '../bench/lab/limit/peers.ts';
import { chromiumPath } from '../scripts/lab/pictures/chromium.ts';
import { whyNoLibc } from '../sockets/libc.ts';
import { whyNoOpenSsl } from '../sockets/tls/openssl.ts';
import { whyNoUring } from '../sockets/uring/availability.ts';

/** Where Debian's package libhdrhistogram-java has the library. */
export const HDR_HISTOGRAM_JAR = '/usr/share/java/hdrhistogram.jar';

/** Requirements of some tests. Each probe returns why it is missing on this machine; undefined when it is present. */
const probes = {
  libc: whyNoLibc,
  uring: whyNoUring,
  libssl: () => whyNoOpenSsl(),
  ipv6: () => (hasLoopbackIPv6() ? undefined : 'no interface has the address ::1'),
  python: () => whyNotStarted('python3', '--version'),
  cc: () => whyNotStarted('cc', '--version'),
  rustc: () => whyNotStarted('rustc', '--version'),
  nginx: () => whyNoPeer('nginx'),
  wrk: () => whyNoPeer('wrk'),
  redis: () => whyNoPeer('redis-server') ?? whyNoPeer('redis-benchmark'),
  // Debian's package nats-server.
  'nats-server': () => whyNotStarted('nats-server', '--version'),
  memcached: () => whyNotStarted('memcached', '-V'),
  liburing: () => whyNotStarted('cc', '-fsyntax-only -include liburing.h -x c /dev/null'),
  openssl: () => whyNotStarted('openssl', 'version'),
  curl: () => whyNotStarted('curl', '--version'),
  nc: () => whyNotStarted('nc', '-h'),
  dnsmasq: () => whyNotStarted('dnsmasq', '--version'),
  bash: () => whyNotStarted('bash', '--version'),
  // Debian's packages libxml2-utils, prometheus, and libhdrhistogram-java with default-jre-headless.
  xmllint: () => whyNotStarted('xmllint', '--version'),
  promtool: () => whyNotStarted('promtool', '--version'),
  hdrhistogram: () =>
    existsSync(HDR_HISTOGRAM_JAR) ? whyNotStarted('java', '-version') : `there is no ${HDR_HISTOGRAM_JAR}`,
  // Debian's package python3-websockets.
  websockets: () => whyNotStarted('/usr/bin/python3', '-m websockets --version'),
  // The registry of npm, from which the packed package is installed with its dependencies.
  registry: () => whyNotStarted('npm', 'ping'),
  // script(1) of util-linux: other implementations have other flags.
  script: () => whyNotStarted('script', '--version', 'util-linux'),
  chromium: () => (chromiumPath() === undefined ? 'no chromium on PATH, nor in SOCKBENCH_CHROMIUM' : undefined),
  prlimit: () => whyNotStarted('prlimit', '--version'),
  systemd: () => whyNotStarted('systemd-analyze', '--version'),
  // Needs ip(8), and root or a user that may create network namespaces.
  netns: () => whyNotStarted('unshare', '--net ip link set lo up'),
  // Needs the same, and a kernel with bridges.
  bridge: () => whyNotStarted('unshare', '--net ip link add br0 type bridge'),
  // Needs the same, and a kernel with tc-tbf(8).
  tbf: () => whyNotStarted('unshare', '--net tc qdisc add dev lo root tbf rate 4mbit burst 20kb latency 5s'),
} as const satisfies Record<string, () => string | undefined>;

export type Requirement = keyof typeof probes;

/**
 * Returns why a requirement is missing here, for vitest's skipIf; undefined when it is present.
 * @throws {Error} when it is missing and SOCKBENCH_REQUIRE, a list separated by commas, contains it.
 */
export function whyMissing(requirement: Requirement): string | undefined {
  const required = requirements(process.env.SOCKBENCH_REQUIRE);
  const reason = found(requirement);
  if (reason !== undefined && required.includes(requirement)) {
    throw new Error(`SOCKBENCH_REQUIRE names ${requirement}, and it is missing: ${reason}`);
  }
  return reason;
}

/** Parses a list of requirements, separated by commas. @throws {RangeError} for an unknown name. */
export function requirements(list = ''): Requirement[] {
  const names = list.split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !Object.hasOwn(probes, name));
  if (unknown.length > 0) {
    throw new RangeError(`SOCKBENCH_REQUIRE=${list}: no test needs ${unknown}; there are ${Object.keys(probes)}`);
  }
  return names as Requirement[];
}

const known = new Map<Requirement, string | undefined>();

function found(requirement: Requirement): string | undefined {
  if (!known.has(requirement)) known.set(requirement, probes[requirement]());
  return known.get(requirement);
}

function whyNotStarted(program: string, flags: string, named = ''): string | undefined {
  const { error, status, stdout } = spawnSync(program, flags.split(' '), { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  if (status !== 0) return `${program} ${flags} ended with ${status}`;
  return stdout.includes(named) ? undefined : `${program} is not the one of ${named}`;
}

function hasLoopbackIPv6(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
}
