import type { Result } from '../../../bench/model/result.ts';
import type { Table } from '../../text/table.ts';
import { agentLoadsTable } from './agents.ts';
import { broadcastTable } from './broadcast.ts';
import { datagramTable } from './datagrams.ts';
import { latencyTable } from './latencies.ts';
import { repliesTable } from './replies.ts';
import { searchTable } from './search.ts';
import { secondOpinionTable } from './second-opinion.ts';
import { targetsTable } from './targets.ts';
import { thresholdTable } from './thresholds.ts';
import { timelineTable } from './timeline.ts';

/**
 * Returns all available details of a result of `run`, which is about one target under one load. For a search for one
 * capacity, returns its steps.
 */
export function detailTables({ plan, trials, thresholds = [], capacity = [] }: Result): Table[] {
  const search = searchTable(capacity, trials);
  if (search !== null) return [search];
  if (plan.command !== 'run') return [];
  const tables = [
    secondOpinionTable(trials),
    targetsTable(trials),
    agentLoadsTable(trials),
    latencyTable(trials),
    datagramTable(trials),
    broadcastTable(trials),
    repliesTable(trials),
    timelineTable(trials),
    thresholdTable(thresholds),
  ];
  return tables.filter((table) => table !== null);
}
