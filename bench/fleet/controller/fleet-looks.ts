import type { AgentProgress } from '../model/report.ts';

/**
 * The counts of all agents, look by look. They arrive in groups, some of them twice, and the groups of agents at different
 * times; what is read is of one look.
 */
export class FleetLooks {
  /** For each agent, its counts of the present look and of those after it that have arrived, ascending. */
  readonly #counts: ReadonlyMap<string, AgentProgress[]>;
  /** For each agent, the look of the counts that were read last: earlier ones are too late. */
  readonly #read = new Map<string, number>();

  constructor(agents: readonly string[]) {
    this.#counts = new Map(agents.map((agent) => [agent, []]));
  }

  clear(): void {
    this.#read.clear();
    for (const counts of this.#counts.values()) counts.length = 0;
  }

  add(agent: string, progress: AgentProgress): void {
    const counts = this.#counts.get(agent);
    if (counts === undefined || progress.look < (this.#read.get(agent) ?? -1)) return;
    const at = counts.findIndex(({ look }) => look >= progress.look);
    if (at < 0) counts.push(progress);
    else counts.splice(at, counts[at]?.look === progress.look ? 1 : 0, progress);
  }

  /** Returns whether every agent has counted at a look or after it, or will not count any more. */
  isKnown(look: number): boolean {
    for (const counts of this.#counts.values()) {
      const latest = counts.at(-1);
      if (latest === undefined || (latest.look < look && latest.doneNanos === null)) return false;
    }
    return true;
  }

  /** Makes a look the present one. An agent whose counts of it were lost has those of the next. */
  goTo(look: number): void {
    for (const [agent, counts] of this.#counts) {
      const at = counts.findIndex((progress) => progress.look >= look);
      counts.splice(0, at < 0 ? counts.length - 1 : at);
      this.#read.set(agent, counts[0]?.look ?? look);
    }
  }

  /** Returns the sum of a count over all agents, at the present look. */
  sum(of: (progress: AgentProgress) => number): number {
    let sum = 0;
    for (const [present] of this.#counts.values()) if (present !== undefined) sum += of(present);
    return sum;
  }

  /**
   * Returns when the last agent ended its measuring, by this machine's clock; undefined while one still measures at the
   * present look.
   * @param offsetOf how far an agent's clock is ahead, in nanoseconds.
   */
  doneNanos(offsetOf: (agent: string) => number): number | undefined {
    const ends = [...this.#counts].flatMap(([agent, [present]]) =>
      present === undefined || present.doneNanos === null ? [] : [present.doneNanos - offsetOf(agent)],
    );
    return ends.length < this.#counts.size ? undefined : Math.max(...ends);
  }
}
