import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import type { Runner } from './daemon.ts';

/**
 * Hosts on one machine: network namespaces, joined by a bridge in a namespace of its own. They are removed when the test
 * finishes. Needs root, and ip(8).
 */
export class BridgedHosts {
  readonly #prefix = `sockbench-${process.pid}-${performance.now().toString(36).replace('.', '')}`;
  readonly #namespaces: string[] = [];

  constructor(count: number) {
    onTestFinished(() => this.#remove());
    this.#add('bridge');
    this.#ip(`-n ${this.#name('bridge')} link add br0 type bridge`);
    this.#ip(`-n ${this.#name('bridge')} link set br0 up`);
    for (let host = 1; host <= count; host++) this.#join(host);
  }

  /** Returns the address of a host. @param host counted from 1. */
  address(host: number): string {
    return `10.77.0.${host}`;
  }

  /** Returns a command that runs another on a host. */
  on(host: number): Runner {
    return ['ip', 'netns', 'exec', this.#name(`host${host}`)];
  }

  /** Pulls the plug of a host, or puts it in again. */
  setLink(host: number, state: 'up' | 'down'): void {
    this.#ip(`-n ${this.#name('bridge')} link set port${host} ${state}`);
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

  #remove(): void {
    for (const namespace of this.#namespaces) this.#ip(`netns del ${namespace}`);
  }
}
