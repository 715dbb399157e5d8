/** NATS subjects of the fleet. Permissions of NATS users can refer to these: see docs/fleet.md. */

/** Requests to all agents to introduce themselves. */
export const PING_SUBJECT = 'sockbench.agents.ping';

/** Commands to an agent. */
export function commandSubject(agent: string): string {
  return `sockbench.agent.${agent}.command`;
}

/** Requests to an agent to read its clock. */
export function clockSubject(agent: string): string {
  return `sockbench.agent.${agent}.clock`;
}

/** Reports of the machine that starts a run's servers to its controller. */
export function servingSubject(run: string): string {
  return `sockbench.run.${run}.server`;
}

/** Reports of all agents of a run to its controller. */
export function reportSubject(run: string): string {
  return `sockbench.run.${run}.report`;
}
