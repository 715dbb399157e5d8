import { fileURLToPath } from 'node:url';
import type { Runner } from '../../../bench/lab/fleet/losses/bridged-hosts.ts';
import { Daemon } from '../../../bench/lab/fleet/losses/daemon.ts';

const SOCKBENCH = fileURLToPath(new URL('../../../dist/scripts/sockbench.js', import.meta.url));

interface NatsServer {
  readonly daemon: Daemon;
  readonly url: string;
  readonly port: string;
}

/** Starts a NATS server on a port that the system chooses, or on a given one. */
export async function startNats(port = '-1', host = '127.0.0.1', runner: Runner = []): Promise<NatsServer> {
  const [program = 'nats-server', ...args] = [...runner, 'nats-server', '-a', host, '-p', port];
  const daemon = new Daemon(program, args);
  const [, chosen = ''] = await daemon.waitFor(/client connections on [\d.]+:(\d+)/);
  await daemon.waitFor(/Server is ready/);
  return { daemon, url: `nats://${host}:${chosen}`, port: chosen };
}

/** Starts sockbench, by a runner if there is one. */
function startSockbench(args: readonly string[], [program = process.execPath, ...before]: Runner = []): Daemon {
  const node = program === process.execPath ? [] : [process.execPath];
  return new Daemon(program, [...before, ...node, SOCKBENCH, ...args]);
}

/** Starts an agent of one label, and waits until it serves. */
export async function startAgent(
  url: string,
  name: string,
  flags: readonly string[],
  runner?: Runner,
): Promise<Daemon> {
  const common = ['agent', '--nats', url, '--name', name, '--label', `name=${name}`];
  const daemon = startSockbench([...common, ...flags], runner);
  await daemon.waitFor(/waits for runs/);
  return daemon;
}

/** Starts a run over agents in the background. */
export function startRun(url: string, flags: readonly string[], runner?: Runner): Daemon {
  return startSockbench(['run', '--nats', url, ...flags], runner);
}

/** Starts a check over agents in the background. */
export function startCheck(url: string, flags: readonly string[]): Daemon {
  return startSockbench(['check', '--nats', url, ...flags]);
}

/** Starts a sweep over agents in the background. */
export function startScale(url: string, flags: readonly string[]): Daemon {
  return startSockbench(['scale', '--nats', url, ...flags]);
}
