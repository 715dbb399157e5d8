import { execFileSync, spawnSync } from 'node:child_process';

/** A command that runs another, such as on another host: its program and first arguments. */
export type Runner = readonly string[];

/** Hosts on one machine: network namespaces, joined by a bridge in a namespace of its own. Needs root, and ip(8). */
export class BridgedHosts {
  readonly #prefix = `sockbench-${process.pid}-${performance.now().toString(36).replace('.', '')}`;
  readonly #namespaces: string[] = [];

  /** @throws {Error} of ip(8), with nothing left, when hosts are not allowed here. */
  constructor(count: number) {
    try {
      this.#add('bridge');
      this.#ip(`-n ${this.#name('bridge')} link add br0 type bridge`);
      this.#ip(`-n ${this.#name('bridge')} link set br0 up`);
      for (let host = 1; host <= count; host++) this.#join(host);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Returns the address of a host. @param host counted from 1. */
  address(host: number): string {
    return `10.77.0.${host}`;
  }

  /** Returns a command that runs another on a host. */
  on(host: number): Runner {
    return ['ip', 'netns', 'exec', this.#name(`host${host}`)];
  }

  /** Returns the processes that run on a host. */
  pids(host: number): number[] {
    const listed = execFileSync('ip', ['netns', 'pids', this.#name(`host${host}`)], { encoding: 'utf8' });
    return listed.split('\n').flatMap((line) => (line === '' ? [] : [Number(line)]));
  }

  /** Pulls the plug of a host, or puts it in again. */
  setLink(host: number, state: 'up' | 'down'): void {
    this.#ip(`-n ${this.#name('bridge')} link set port${host} ${state}`);
  }

  /** Removes all of them. Processes on them must have ended. */
  remove(): void {
    for (const namespace of this.#namespaces.splice(0)) this.#ip(`netns del ${namespace}`);
  }

  #join(host: number): void {
    this.#add(`host${host}`);
    const [bridge, self] = [this.#name('bridge'), this.#name(`host${host}`)];
    this.#ip(`-n ${bridge} link add port${host} type veth peer name eth0 netns ${self}`);
    this.#ip(`-n ${bridge} link set port${host} master br0 up`);
    this.#ip(`-n ${self} addr add ${this.address(host)}/24 dev eth0`);
    this.#ip(`-n ${self} link set eth0 up`);
    this.#ip(`-n ${self} link set lo up`);
  }

  #name(part: string): string {
    return `${this.#prefix}-${part}`;
  }

  #add(part: string): void {
    this.#ip(`netns add ${this.#name(part)}`);
    this.#namespaces.push(this.#name(part));
  }

  #ip(command: string): void {
    execFileSync('ip', command.split(' '), { stdio: 'pipe' });
  }
}

/** Returns why hosts with a bridge are not possible here; undefined when they are. */
export function whyNoHosts(): string | undefined {
  const probe = ['--net', 'ip', 'link', 'add', 'br0', 'type', 'bridge'];
  const { error, status, stderr } = spawnSync('unshare', probe, { encoding: 'utf8' });
  return (
    error?.message ?? (status === 0 ? undefined : `network namespaces with a bridge are not allowed: ${stderr.trim()}`)
  );
}
