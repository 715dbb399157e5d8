import { agentsTable, type ListedAgent } from '../tables/agents.ts';
import { paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import { drawTable, painter } from './terminal.ts';

/** Formats the agents at a NATS server, and what disturbs them. */
export function agentsText(agents: readonly ListedAgent[], width: number, color: boolean): string {
  if (agents.length === 0)
    return 'There are no agents: start them with sockbench agent --nats URL --allow-target HOST.';
  const remarks = agents.flatMap(({ name, findings }) =>
    findings
      .filter(({ verdict }) => verdict !== 'fine')
      .flatMap(({ what, found, advice }) => paragraph(plain(`${name}: ${what}: ${found}; ${advice}`), width)),
  );
  return [drawTable(agentsTable(agents), width, painter(color)), ...(remarks.length > 0 ? ['', ...remarks] : [])].join(
    '\n',
  );
}
