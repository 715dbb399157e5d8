import { fileURLToPath } from 'node:url';
import { BridgedHosts } from './bridged-hosts.ts';
import { Daemon } from './daemon.ts';

const SOCKBENCH = fileURLToPath(new URL('../../../../scripts/sockbench.js', import.meta.url));
const TARGET = fileURLToPath(new URL('./target-main.js', import.meta.url));

/** The host of the controller, the NATS server and the target; the others have an agent each. */
export const HERE = 1;
export const AGENT_HOSTS: readonly number[] = [2, 3];
const PORT = 7000;
const LOOK_MS = 20;

/** Three hosts joined by a bridge, on which real programs are a fleet. */
export class Stage {
  readonly hosts = new BridgedHosts(1 + AGENT_HOSTS.length);
  readonly #agents = new Map<number, Daemon>();
  #nats: Daemon | undefined;
  #target: Daemon | undefined;

  /** Opens all of it. @throws {Error} when a program does not start; nothing is left then. */
  static async open(): Promise<Stage> {
    const stage = new Stage();
    try {
      await stage.startNats();
      stage.#target = stage.#start(HERE, TARGET, [String(process.pid), stage.here, String(PORT)]);
      await stage.#target.waitFor(/ready/);
      await Promise.all(AGENT_HOSTS.map((host) => stage.startAgent(host)));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get here(): string {
    return this.hosts.address(HERE);
  }

  get nats(): Daemon {
    return present(this.#nats);
  }

  get targetUrl(): string {
    return `tcp://${this.here}:${PORT}`;
  }

  agent(host: number): Daemon {
    return present(this.#agents.get(host));
  }

  async startNats(): Promise<void> {
    await this.#nats?.end();
    const [program = '', ...args] = [...this.hosts.on(HERE), 'nats-server', '-a', this.here];
    this.#nats = new Daemon(program, args);
    await this.#nats.waitFor(/Server is ready/);
  }

  /** Starts an agent, in place of the one before. */
  async startAgent(host: number): Promise<void> {
    await this.#agents.get(host)?.end();
    const flags = ['agent', '--name', `host-${host}`, '--allow-target', this.here];
    const agent = this.#start(host, SOCKBENCH, [...flags, '--nats', this.here]);
    this.#agents.set(host, agent);
    await agent.waitFor(/waits for runs/);
  }

  /** Starts a command over both agents. */
  startCommand(args: readonly string[]): Daemon {
    const common = ['--nats', this.here, '--agents', String(AGENT_HOSTS.length), '--max-clock-error', '10s'];
    return this.#start(HERE, SOCKBENCH, [...args, ...common]);
  }

  /** Starts the list of agents, as JSON. */
  startListing(): Daemon {
    return this.#start(HERE, SOCKBENCH, ['agents', '--json', '--nats', this.here]);
  }

  /** Resolves when the target has no connection of a host. */
  async untilDisconnected(host: number): Promise<void> {
    while (this.connectionsOf(host) > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  connectionsOf(host: number): number {
    const lines = present(this.#target).output.matchAll(
      new RegExp(`^connections of ${this.hosts.address(host)}: (\\d+)$`, 'gm'),
    );
    return Number([...lines].at(-1)?.[1] ?? 0);
  }

  /** Returns what runs on the hosts besides the programs of the stage: processes, and connections to the target. */
  leftRunning(): number {
    const own = [this.#nats, this.#target, ...this.#agents.values()].map((daemon) => daemon?.pid);
    const hosts = [HERE, ...AGENT_HOSTS];
    const strays = hosts.flatMap((host) => this.hosts.pids(host)).filter((pid) => !own.includes(pid));
    return strays.length + AGENT_HOSTS.reduce((sum, host) => sum + this.connectionsOf(host), 0);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values(), this.#nats, this.#target].map((daemon) => daemon?.end()));
    this.hosts.remove();
  }

  #start(host: number, program: string, args: readonly string[]): Daemon {
    const [runner = '', ...before] = this.hosts.on(host);
    return new Daemon(runner, [...before, process.execPath, program, ...args]);
  }
}

function present(daemon: Daemon | undefined): Daemon {
  if (daemon === undefined) throw new Error('this program of the stage has not been started');
  return daemon;
}
